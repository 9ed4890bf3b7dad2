/** Lets a Worker run worker.ts: Node 20 knows no TypeScript, and loaders given by --import do not reach a worker. */
import { tsImport } from 'tsx/esm/api'

await tsImport('./worker.ts', import.meta.url)

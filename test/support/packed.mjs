/**
 * Checks the package as npm would publish it: its metadata (publint), what is in it, and that it installs, loads and
 * type-checks in an empty project, under both ways TypeScript has of resolving it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = (name) => join(root, 'node_modules/.bin', name)
const run = (command, args, options = {}) => {
  console.log(`$ ${command.replace(`${root}`, '')} ${args.join(' ')}`)
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options })
}

/** A file of each kind that a user needs, and what a user has no use for. */
const WANTED = [
  'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'binding.gyp', 'lib/index.js', 'lib/index.d.ts',
  'src/index.ts', 'native/engine.cc', 'native/engine.h', 'native/addon/addon.cc',
] // prettier-ignore
const UNWANTED = /^(test|bench|examples|docs|build|coverage|native\/(test|fuzz|CMakeLists))|\.(tgz|log)$|tsbuildinfo$/

const directory = mkdtempSync(join(tmpdir(), 'linkwright-packed-'))
try {
  console.log(run(bin('publint'), ['--strict']))

  const listing = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', directory]).replace(/^[^[]*(?=\[\s*{)/, ''),
  )[0]
  const paths = listing.files.map((file) => file.path)
  const missing = WANTED.filter((path) => !paths.includes(path))
  const superfluous = paths.filter((path) => UNWANTED.test(path))
  if (missing.length > 0) throw new Error(`not in the package: ${missing.join(', ')}`)
  if (superfluous.length > 0) throw new Error(`in the package for nothing: ${superfluous.join(', ')}`)
  console.log(
    `${listing.filename}: ${paths.length} files, ${listing.size} bytes packed, ${listing.unpackedSize} unpacked`,
  )

  const consumer = join(directory, 'consumer')
  mkdirSync(consumer)
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', join(directory, listing.filename)], { cwd: consumer })

  writeFileSync(
    join(consumer, 'load.mjs'),
    `import * as linkwright from 'linkwright'
     const names = Object.keys(linkwright)
     for (const name of ['Rtnetlink', 'Netns', 'NetlinkError']) {
       if (typeof linkwright[name] !== 'function') throw new Error(name + ' is missing from ' + names.join(', '))
     }
     console.log('exports: ' + names.join(', '))`,
  )
  console.log(run(process.execPath, ['load.mjs'], { cwd: consumer }))

  // The types of Node come from here, at the version the library was built against; those of linkwright do not.
  mkdirSync(join(consumer, 'node_modules/@types'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@types/node'), join(consumer, 'node_modules/@types/node'))
  symlinkSync(join(root, 'node_modules/undici-types'), join(consumer, 'node_modules/undici-types'))
  writeFileSync(
    join(consumer, 'use.ts'),
    `import { NetlinkError, Netns, Rtnetlink } from 'linkwright'
     export async function use(): Promise<string | undefined> {
       const rt: Rtnetlink = await Rtnetlink.open()
       const namespace: Netns = await Netns.create()
       try {
         // @ts-expect-error: an mtu is a number. That this is an error shows that the types are not all \`any\`.
         await rt.links.create({ kind: 'bridge', name: 'br0', mtu: 'large' })
       } catch (error) {
         if (error instanceof NetlinkError) return error.code
       }
       return namespace.constructor.name
     }`,
  )
  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { module, moduleResolution, target: 'ES2022', strict: true, noEmit: true, types: ['node'] },
        files: ['use.ts'],
      }),
    )
    run(bin('tsc'), ['-p', '.'], { cwd: consumer, stdio: 'inherit' })
  }
  // What the package says it weighs in at run time.
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.log(`The package installs, loads and type-checks; it brings ${Object.keys(dependencies).join(', ')}.`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

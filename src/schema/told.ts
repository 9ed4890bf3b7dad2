/** Options that the kernel tells as they were given: what is said of them there holds here, too. */

/** Some of the options of `Spec` as they are read: absent where the kernel told nothing; addresses are text. */
export type Told<Spec, Name extends keyof Spec> = {
  [K in keyof Spec as K extends Name ? K : never]?: Exclude<Spec[K], Uint8Array | undefined>
}

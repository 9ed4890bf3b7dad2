import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** The layers of src/, lowest first. Each imports only from itself and from those before it. */
const LAYERS = ['native', 'errors', 'wire', 'schema', 'socket', 'route', 'netns', 'tuntap', 'endpoint', 'index']

/** What may not be imported although it stands below: these layers do not know that rtnetlink exists. */
const FORBIDDEN = { socket: ['schema'] }

/** A layer is a folder or a file of that name; the pattern matches how its neighbours import it. */
const importsOf = (layer) => `^(\\./|(\\.\\./)+)${layer}(\\.js$|/)`

const layerRules = LAYERS.map((layer, position) => {
  const others = [...LAYERS.slice(position + 1), ...(FORBIDDEN[layer] ?? [])]
  return {
    files: [`src/${layer}.ts`, `src/${layer}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^linkwright$', message: 'The library does not import itself by name.' },
            ...others.map((other) => ({
              regex: importsOf(other),
              message: `src/${layer} must not know src/${other}: see the layers in CONTRIBUTING.md.`,
            })),
          ],
        },
      ],
    },
  }
}).filter(({ rules }) => rules['no-restricted-imports'][1].patterns.length > 0)

export default defineConfig(
  { ignores: ['build/', 'build-*/', 'coverage/', 'docs/api/', 'lib/', 'prebuilds/', 'test-results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  ...layerRules,
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'A library does not end the process.',
        },
      ],
    },
  },
  {
    files: ['src/index.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program > :not(ExportNamedDeclaration[source], ExportAllDeclaration)',
          message: 'src/index.ts re-exports and does nothing else.',
        },
      ],
    },
  },
  {
    // What the kernel, `ip -j` and fast-check hand to a test has no better type than any.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
)

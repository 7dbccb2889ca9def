import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import table from './test/architecture.json' with { type: 'json' };

/** The import table of the design as lint rules: one block per folder of src/. */
const folders = Object.keys(table);
const importRules = folders.map((folder) => {
  const allowed = new Set([folder, 'base', ...table[folder]]);
  const denied = folders.filter((other) => !allowed.has(other));
  return {
    files: [`src/${folder}/**/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${denied.join('|')})/`,
              message: `src/${folder} may import only: ${[...allowed].join(', ')}`,
            },
            ...(folder === 'editor'
              ? []
              : [{ regex: '^vscode$', message: 'Only src/editor and src/extension.ts know the editor.' }]),
            ...(folder === 'host' || folder === 'storage' || folder === 'agent'
              ? []
              : [
                  {
                    regex: '^(node:)?(child_process|net|tls|https|http|http2|dgram|fs|fs/promises)$',
                    message: 'Processes, files and sockets belong to src/host.',
                    allowTypeImports: true,
                  },
                ]),
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      '.cache/**',
      'artifacts/**',
      '.vscode-test/**',
      '**/*.generated.*',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    // What nodes run must do with Debian 13's Node 20.
    files: ['src/{base,api,protocol,host,client,agent}/**/*.ts', 'src/agent.ts', 'src/bootstrap.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Promise', property: 'withResolvers', message: 'Node 20 lacks it: use createDeferred.' },
        { object: 'Map', property: 'groupBy', message: 'Node 20 lacks it: use groupBy of src/base.' },
        { object: 'Object', property: 'groupBy', message: 'Node 20 lacks it: use groupBy of src/base.' },
      ],
    },
  },
  {
    // Clients choose keys: reads and writes under them go through src/base/ownProperty.ts.
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='in'][left.type='Identifier']",
          message: '`in` finds what every object inherits, like `constructor`: use Object.hasOwn.',
        },
      ],
    },
  },
  { files: ['**/*.test.ts', 'test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'readonly',
        exports: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        performance: 'readonly',
      },
    },
  },
  ...importRules,
);

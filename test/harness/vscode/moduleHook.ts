/**
 * Gives unit tests a module `vscode`: outside an extension host there is none. What it does is `fakeModule.ts`; tests of
 * what the editor itself does are in test/editor.
 */
import { registerHooks } from 'node:module';

const fake = new URL('./fakeModule.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? { url: fake, shortCircuit: true } : next(specifier, context),
});

import type { ContainerHook } from './contract.ts';
import { expand } from './expansion.ts';

/** Command, arguments and working directory, with `$(VAR)` of the container's environment. After `environment`. */
export const commandHook: ContainerHook = {
  name: 'command',
  apply({ container }, { config }) {
    const values = new Map(config.env.map(({ name, value }) => [name, value]));
    const expanded = (texts: readonly string[] = []): string[] =>
      texts.map((text) => expand(text, (name) => values.get(name)));
    config.command = expanded(container.command);
    config.args = expanded(container.args);
    config.workingDir = container.workingDir ?? '';
    return Promise.resolve();
  },
};

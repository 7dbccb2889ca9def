import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { wheelhouse } from './extension.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly viewsWelcome: readonly { readonly contents: string }[];
  };
}

describe('the extension', () => {
  it('activates', async () => {
    const extension = wheelhouse();
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that it contributes, and contributes every one that it registers', async () => {
    await wheelhouse().activate();
    const { contributes } = wheelhouse().packageJSON as Manifest;
    // The editor itself adds commands for the views: focus, open and so on.
    const registered = (await commands.getCommands(true)).filter(
      (id) => id.startsWith('wheelhouse.') && !/^wheelhouse\.(clusters|contexts)\./.test(id),
    );
    assert.deepEqual(registered.toSorted(), contributes.commands.map(({ command }) => command).toSorted());
  });

  it('has only commands in its menus and welcome texts that it contributes', () => {
    const { contributes } = wheelhouse().packageJSON as Manifest;
    const known = new Set(contributes.commands.map(({ command }) => command));
    const used = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...contributes.viewsWelcome.flatMap(({ contents }) =>
        [...contents.matchAll(/\(command:(wheelhouse\.[\w.]+)/g)].map(([, command = '']) => command),
      ),
    ];
    assert.deepEqual(
      used.filter((command) => !known.has(command)),
      [],
    );
    assert.ok(used.length > 0);
  });
});

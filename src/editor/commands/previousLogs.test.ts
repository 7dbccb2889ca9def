import assert from 'node:assert/strict';
import type { Pseudoterminal } from 'vscode';
import { commandWorld, type CommandWorld } from '../../../test/harness/vscode/commandWorld.ts';
import { shown } from '../../../test/harness/vscode/fakeModule.ts';
import { pods } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import { previousLogs } from './previousLogs.ts';

describe('Previous Logs', () => {
  let world: CommandWorld;
  beforeEach(async () => (world = await commandWorld()));
  afterEach(() => world.stop());

  async function text(code: number, answer: string): Promise<{ path: string; text: string }> {
    const pod = await world.create<Pod>(pods, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { containers: [{ name: 'app', image: 'a' }] },
    });
    await world.session.informer(pods).whenSynced(new AbortController().signal);
    let path = '';
    Object.assign(world.session.client, {
      raw: (_method: string, asked: string) => {
        path = asked;
        return Promise.resolve({ code, text: () => Promise.resolve(answer) });
      },
    });
    await previousLogs.run(world.context, world.row(pods, pod));
    const terminal = shown.terminals[0]?.pty as Pseudoterminal;
    const written = new Promise<string>((resolve) => terminal.onDidWrite(resolve));
    terminal.open(undefined);
    const result = await written;
    terminal.close();
    return { path, text: result };
  }

  it('shows the log of the container before the last restart', async () => {
    const { path, text: log } = await text(200, '2026-01-02T03:04:05Z ERROR no disk\n');
    assert.match(path, /\/pods\/web\/log\?container=app&previous=true&timestamps=true$/);
    assert.match(log, /2026-01-02T03:04:05Z.*ERROR no disk/);
    assert.match(log, /has ended here/);
  });

  it('says what the server says where there is none', async () => {
    const { text: log } = await text(400, '{"message":"previous terminated container \\"app\\" not found"}');
    assert.match(log, /previous terminated container "app" not found/);
  });
});

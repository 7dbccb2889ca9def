import assert from 'node:assert/strict';
import { findCommand, type CommandSearch } from './commandPath.ts';

const search = (
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string>>,
  files: readonly string[],
): CommandSearch => ({ platform, env, isFile: (file) => Promise.resolve(files.includes(file)) });

describe('findCommand()', () => {
  it('takes the first file on the path', async () => {
    const files = ['/usr/bin/vagrant', '/opt/bin/vagrant', '/bin/sh'];
    const on = (PATH: string): CommandSearch => search('linux', { PATH }, files);
    assert.equal(await findCommand('vagrant', on('/none::/opt/bin:/usr/bin')), '/opt/bin/vagrant');
    assert.equal(await findCommand('/bin/sh', on('')), '/bin/sh');
    assert.equal(await findCommand('vagrant', on('/bin')), undefined);
  });

  it('puts Windows’ endings behind the name, in their order', async () => {
    const files = [
      'C:\\Program Files\\Vagrant\\bin\\vagrant.EXE',
      'C:\\tools\\vagrant.CMD',
      'C:\\tools\\vagrant',
      'C:\\Windows\\System32\\OpenSSH\\ssh.exe',
    ];
    const windows = (env: Readonly<Record<string, string>>): CommandSearch => search('win32', env, files);
    const Path = 'C:\\Windows\\System32\\OpenSSH;"C:\\Program Files\\Vagrant\\bin";C:\\tools';
    // A file without an ending is no program there: node-pty and CreateProcess would not start it.
    assert.equal(await findCommand('vagrant', windows({ Path })), files[0]);
    assert.equal(
      await findCommand('vagrant', windows({ PATH: 'C:\\tools', PATHEXT: '.COM;.EXE;.CMD' })),
      files[1],
    );
    assert.equal(await findCommand('vagrant', windows({ PATH: 'C:\\tools', PATHEXT: '.EXE' })), undefined);
    assert.equal(await findCommand('ssh.exe', windows({ Path })), files[3]);
    assert.equal(await findCommand('C:\\tools\\vagrant', windows({})), files[1]);
  });
});

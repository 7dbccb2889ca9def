import assert from 'node:assert/strict';
import { lstat, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createDeferred } from '../base/deferred.ts';
import { userKubeconfig } from './userKubeconfig.ts';

describe('userKubeconfig()', () => {
  it('is what is chosen, else what KUBECONFIG names, else the file in the home folder', () => {
    const list = ['/a', '~/b', 'c'].join(path.delimiter);
    assert.deepEqual(userKubeconfig('', {}, '/home/me').files, ['/home/me/.kube/config']);
    assert.deepEqual(userKubeconfig('', { KUBECONFIG: list }, '/home/me').files, [
      '/a',
      '/home/me/b',
      '/home/me/c',
    ]);
    assert.deepEqual(userKubeconfig('/chosen', { KUBECONFIG: list }, '/home/me').files, ['/chosen']);
  });

  it('reads the files that are there, and tells when one is written', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-kubeconfig-'));
    const files = ['one', 'two'].map((name) => path.join(folder, name));
    await writeFile(files[0]!, 'contexts: [{name: a, context: {}}]\n');
    const user = userKubeconfig(files.join(path.delimiter), {}, '/home/me');
    assert.deepEqual(
      (await user.read()).contexts().map(({ name }) => name),
      ['a'],
    );
    const told = createDeferred<undefined>();
    const watching = user.watch(() => told.resolve(undefined));
    await writeFile(files[1]!, 'contexts: [{name: b, context: {}}]\n');
    await told.promise;
    watching.dispose();
    assert.deepEqual(
      (await user.read()).contexts().map(({ name }) => name),
      ['a', 'b'],
    );
    await rm(folder, { recursive: true });
    user.watch(() => undefined).dispose();
  });

  it('takes clusters in and gives them back, behind a link, readable by its user alone', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-kubeconfig-'));
    const [missing, link, real] = ['missing', 'link', 'real'].map((name) => path.join(folder, name));
    await writeFile(real!, 'contexts: [{name: a, context: {}}]\n');
    await symlink(real!, link!);
    const user = userKubeconfig([missing, link].join(path.delimiter), {}, '/home/me');
    const names = async (): Promise<readonly string[]> =>
      (await user.read()).contexts().map(({ name }) => name);
    assert.equal(await user.merge('contexts: [{name: b, context: {}}]\n', false), await realpath(real!));
    assert.deepEqual(await names(), ['a', 'b']);
    assert.equal((await lstat(link!)).isSymbolicLink(), true);
    assert.equal((await stat(real!)).mode & 0o777, 0o600);
    assert.equal(await user.take('b'), true);
    assert.equal(await user.take('b'), false);
    assert.deepEqual(await names(), ['a']);
    await rm(folder, { recursive: true });
  });
});

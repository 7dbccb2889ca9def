import assert from 'node:assert/strict';
import { window } from 'vscode';
import { shown } from '../../../test/harness/vscode/fakeModule.ts';
import type { ClusterEntry } from '../model/clusterEntry.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import { NotRunningError, offerStart } from './notRunning.ts';

const entry = (name: string, phase: 'stopped' | 'busy'): ClusterEntry => ({
  name,
  state: { phase },
  failures: new Map(),
});

describe('offerStart()', () => {
  const { showErrorMessage } = window;
  afterEach(() => {
    Object.assign(window, { showErrorMessage });
    shown.clear();
  });

  /** What is said and offered, and what happens when the first button is taken. */
  async function offer(error: NotRunningError, entries: readonly ClusterEntry[], take = true) {
    const said: string[][] = [];
    Object.assign(window, {
      showErrorMessage: (text: string, ...buttons: string[]) => {
        said.push([text, ...buttons]);
        return Promise.resolve(take ? buttons[0] : undefined);
      },
    });
    const running = [{}];
    const model = { entries: () => entries, running: () => running, session: () => running[0] };
    const runs = await offerStart(error, model as unknown as ClusterModel);
    return { said, runs, executed: shown.executed };
  }

  it('starts the cluster that is meant, and says that the command can go on', async () => {
    const { said, runs, executed } = await offer(new NotRunningError('dev'), [
      entry('dev', 'stopped'),
      entry('other', 'stopped'),
    ]);
    assert.deepEqual(said, [['Cluster dev is not running.', 'Start dev']]);
    assert.deepEqual(executed, [['wheelhouse.startCluster', { cluster: 'dev' }]]);
    assert.equal(runs, true);
  });

  it('asks which one where any would do', async () => {
    const { said, executed } = await offer(new NotRunningError(), [
      entry('a', 'stopped'),
      entry('b', 'stopped'),
    ]);
    assert.deepEqual(said, [['No cluster is running.', 'Start Cluster…']]);
    assert.deepEqual(executed, [['wheelhouse.startCluster']]);
  });

  it('offers to create one where there is none that could be started', async () => {
    const { said } = await offer(new NotRunningError(), [entry('a', 'busy')]);
    assert.deepEqual(said, [['No cluster is running.', 'Create Cluster…']]);
  });

  it('does nothing where it is dismissed', async () => {
    const { runs, executed } = await offer(new NotRunningError(), [entry('a', 'stopped')], false);
    assert.equal(runs, false);
    assert.deepEqual(executed, []);
  });
});

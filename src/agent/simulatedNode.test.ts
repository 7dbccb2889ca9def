import assert from 'node:assert/strict';
import { type AgentWorld, isReady, startAgentWorld, testCluster } from '../../test/harness/agent.ts';
import { serveAgent } from '../../test/harness/agentHttp.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { systemRandom } from '../base/random.ts';
import { KNOB_PREFIX } from './runtime/simulatedKnobs.ts';
import { addressPool, createSimulatedNode } from './simulatedNode.ts';

describe('createSimulatedNode', () => {
  let world: AgentWorld;
  beforeEach(async () => {
    world = await startAgentWorld();
  });
  afterEach(() => world.stop());

  const start = (nodeName: string, prefix: string) => {
    const node = createSimulatedNode({
      client: world.client,
      nodeName,
      address: `${prefix}.254`,
      pods: addressPool(prefix),
      settings: { labels: {}, capacity: { cpu: '8' } },
      cluster: testCluster,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    const abort = new AbortController();
    const done = node.run(abort.signal);
    return {
      node,
      async stop(): Promise<void> {
        abort.abort();
        await done;
      },
    };
  };

  it('runs pods of several nodes, probed over the network by the knobs', async () => {
    const nodes = [start('n1', '10.1.1'), start('n2', '10.1.2')];
    const container = {
      name: 'app',
      image: 'app',
      readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 },
    };
    for (const nodeName of ['n1', 'n2'])
      await world.createPod(nodeName, { nodeName, containers: [container] });
    const ready = await Promise.all(['n1', 'n2'].map((name) => world.podUntil(name, isReady)));
    assert.deepEqual(
      ready.map(({ status }) => [status?.podIP, status?.hostIP]),
      [
        ['10.1.1.1', '10.1.1.254'],
        ['10.1.2.1', '10.1.2.254'],
      ],
    );
    await Promise.all(nodes.map((node) => node.stop()));
  });

  it('serves the lines of the log knob', async () => {
    const running = start('n1', '10.1.1');
    const annotations = { [`${KNOB_PREFIX}log`]: 'one\ntwo' };
    await world.createPod(
      'talk',
      { nodeName: 'n1', containers: [{ name: 'app', image: 'app' }] },
      { annotations },
    );
    await world.podUntil('talk', isReady);
    const http = await serveAgent(running.node.handlers);
    assert.deepEqual(await http.get('/containerLogs/default/talk/app'), { code: 200, body: 'one\ntwo\n' });
    assert.deepEqual(await http.get('/containerLogs/default/talk/app?tailLines=1'), {
      code: 200,
      body: 'two\n',
    });
    await http.close();
    await running.stop();
  });
});

import assert from 'node:assert/strict';
import { createDeferred } from '../../../base/deferred.ts';
import { type AgentWorld, isReady, startAgentWorld } from '../../../../test/harness/agent.ts';
import { serveAgent } from '../../../../test/harness/agentHttp.ts';
import type { LogSource } from '../logReader.ts';

describe('containerLogsRoute', () => {
  let world: AgentWorld;
  before(async () => (world = await startAgentWorld()));
  after(() => world.stop());

  it('gives up a log whose client goes in the moment that a line comes', async () => {
    const ended = createDeferred<string>();
    const logs: LogSource = async function* (_instance, _options, _container, signal) {
      try {
        yield Buffer.from('first\n');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        yield Buffer.from('second\n');
      } finally {
        ended.resolve('closed');
      }
    };
    const running = await world.startAgent({ logs });
    const http = await serveAgent(running.agent.handlers);
    await world.createPod('web', { containers: [{ name: 'app', image: 'app' }] });
    await world.podUntil('web', isReady);
    const log = http.follow('/containerLogs/default/web/app?follow=true');
    for await (const chunk of log.chunks) {
      assert.equal(chunk, 'first\n');
      break;
    }
    log.abort();
    assert.equal(await ended.promise, 'closed');
    await http.close();
    await running.stop();
  });
});

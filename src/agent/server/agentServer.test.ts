import assert from 'node:assert/strict';
import { type AgentWorld, isReady, startAgentWorld } from '../../../test/harness/agent.ts';
import { type AgentHttp, serveAgent } from '../../../test/harness/agentHttp.ts';

/** Samples of a text of metrics: name and labels to the value. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\S+(?:\{.*\})?) (\S+)(?: \d+)?$/.exec(line) ?? [];
      return [name, Number(value)];
    }),
  );
}

describe('agent server', () => {
  let world: AgentWorld;
  let http: AgentHttp;
  let stop: () => Promise<void>;

  before(async () => {
    world = await startAgentWorld();
    const running = await world.startAgent();
    http = await serveAgent(running.agent.handlers);
    stop = async () => {
      await http.close();
      await running.stop();
      await world.stop();
    };
    const readinessProbe = { exec: { command: ['check'] } };
    await world.createPod('web', { containers: [{ name: 'app', image: 'app:1', readinessProbe }] });
    await world.podUntil('web', isReady);
  });
  after(() => stop());

  const metrics = async (path: string): Promise<ReadonlyMap<string, number>> => {
    const { code, body } = await http.get(path);
    assert.equal(code, 200);
    assert.match(body, /^# HELP /);
    return samplesOf(body);
  };

  it('tells of its health, and of nothing that it does not know', async () => {
    assert.deepEqual(await http.get('/healthz'), { code: 200, body: 'ok' });
    assert.deepEqual(await http.get('/healthz/syncloop'), { code: 200, body: 'ok' });
    for (const path of ['/', '/healthz/x', '/metrics/x', '/stats', '/logs/', '/none'])
      assert.equal((await http.get(path)).code, 404, path);
    assert.equal((await http.get('/containerLogs/%ff/x/y')).code, 400);
  });

  it('lists the pods that it was given, and those that run', async () => {
    for (const path of ['/pods', '/pods/', '/runningpods/', '/runningpods']) {
      const { items } = JSON.parse((await http.get(path)).body) as {
        items: { metadata: { name: string }; spec: { containers: { name: string }[] } }[];
      };
      assert.deepEqual(
        items.map(({ metadata, spec }) => [metadata.name, spec.containers.map(({ name }) => name)]),
        [['web', ['app']]],
        path,
      );
    }
  });

  it('says how it is configured', async () => {
    const { kubeletconfig } = JSON.parse((await http.get('/configz')).body) as {
      kubeletconfig: Record<string, unknown>;
    };
    assert.equal(kubeletconfig['maxPods'], 110);
    assert.equal(kubeletconfig['nodeStatusReportFrequency'], '5m0s');
    assert.deepEqual(kubeletconfig['clusterDNS'], ['10.96.0.10']);
  });

  it('measures itself, what runs and its probes', async () => {
    const own = await metrics('/metrics');
    assert.equal(own.get('kubelet_running_pods'), 1);
    assert.equal(own.get('kubelet_running_containers{container_state="running"}'), 1);
    assert.equal(own.get('kubelet_node_name{node="node-1"}'), 1);
    assert.ok((own.get('process_resident_memory_bytes') ?? 0) > 1e6);

    const resource = await metrics('/metrics/resource');
    const container = '{container="app",namespace="default",pod="web"}';
    assert.equal(resource.get(`container_memory_working_set_bytes${container}`), 4 * 1024 ** 2);
    assert.equal(resource.get('pod_memory_working_set_bytes{namespace="default",pod="web"}'), 4 * 1024 ** 2);
    assert.ok((resource.get(`container_start_time_seconds${container}`) ?? 0) > 1e9);
    assert.equal(resource.get('node_cpu_usage_seconds_total'), 12.5);
    assert.equal(resource.get('resource_scrape_error'), 0);

    const cadvisor = await metrics('/metrics/cadvisor');
    assert.equal(cadvisor.get('machine_cpu_cores'), 4);
    assert.ok(
      [...cadvisor.keys()].some((name) => /^container_cpu_usage_seconds_total\{.*pod="web"/.test(name)),
    );

    const probes = await metrics('/metrics/probes');
    const [[name, value] = ['', 0]] = [...probes];
    assert.match(
      name,
      /^prober_probe_total\{container="app",namespace="default",pod="web",pod_uid=".+",probe_type="Readiness",result="successful"\}$/,
    );
    assert.ok(value >= 1);
  });

  it('sums up what it uses', async () => {
    const summary = JSON.parse((await http.get('/stats/summary')).body) as {
      node: { cpu: { usageCoreNanoSeconds: number } };
      pods: {
        podRef: { name: string };
        memory: { workingSetBytes: number };
        containers: { name: string; rootfs: { usedBytes: number } }[];
        'ephemeral-storage': { usedBytes: number };
      }[];
    };
    assert.equal(summary.node.cpu.usageCoreNanoSeconds, 12.5e9);
    const [pod] = summary.pods;
    assert.deepEqual(
      [pod?.podRef.name, pod?.memory.workingSetBytes, pod?.containers.map(({ name }) => name)],
      ['web', 4 * 1024 ** 2, ['app']],
    );
  });
});

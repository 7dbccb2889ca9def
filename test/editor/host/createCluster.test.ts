import assert from 'node:assert/strict';
import { commands, ConfigurationTarget, workspace } from 'vscode';
import type { CreateOptions } from '../../../src/cluster/clusters.ts';
import type { MachinePlan, PreflightProblem } from '../../../src/cluster/machines/contract.ts';
import type { MachinesKind } from '../../../src/cluster/profile.ts';
import type { Draft } from '../../../src/editor/create/draft.ts';
import { createSteps } from '../../../src/editor/create/steps.ts';
import { stepThrough } from '../../../src/editor/input/stepThrough.ts';
import { answerMessages, wheelhouse } from './extension.ts';
import { answerInputs, type Reply } from './userInput.ts';

const NO_VAGRANT: PreflightProblem = {
  what: 'Vagrant is not installed',
  remedy: 'Install it from your distribution.',
};

const NO_MEMORY: PreflightProblem = { what: 'there is too little memory', remedy: 'Close something.' };

/** Create Cluster as the user answers it; what it would create is kept, and nothing is created. */
async function create(options: {
  readonly replies: readonly Reply[];
  readonly problems?: Partial<Record<MachinesKind, readonly PreflightProblem[]>>;
  /** The problems are of what is planned, not of the kind. */
  readonly planned?: boolean;
  readonly button?: string;
}) {
  const { model } = wheelhouse().exports;
  const created: CreateOptions[] = [];
  const plans: (MachinePlan | undefined)[] = [];
  const preflight = (kind: MachinesKind, _signal: AbortSignal, plan?: MachinePlan) => {
    plans.push(plan);
    const counts = options.planned !== true || plan !== undefined;
    return Promise.resolve(counts ? (options.problems?.[kind] ?? []) : []);
  };
  Object.assign(model.clusters, { preflight });
  Object.assign(model, { create: (wanted: CreateOptions) => Promise.resolve(void created.push(wanted)) });
  const inputs = answerInputs(...options.replies);
  const said = answerMessages(options.button);
  try {
    await commands.executeCommand('wheelhouse.createCluster');
  } finally {
    inputs.restore();
    said.restore();
    // What was put before the methods of their classes is taken away again.
    Reflect.deleteProperty(model.clusters, 'preflight');
    Reflect.deleteProperty(model, 'create');
  }
  return { created, plans: plans.filter((plan) => plan !== undefined), said, ...inputs };
}

/** Writes the settings `wheelhouse.vagrant.*`; undefined takes one away. */
async function configure(values: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = workspace.getConfiguration('wheelhouse.vagrant');
  for (const [key, value] of Object.entries(values)) {
    await settings.update(key, value, ConfigurationTarget.Global);
  }
}

describe('Create Cluster', () => {
  before(async () => {
    await wheelhouse().activate();
    // What is installed here must not add a question.
    await configure({ provider: 'virtualbox' });
  });
  after(() => configure({ provider: undefined }));

  it('asks three questions for containers, and proposes answers', async () => {
    const { created, questions } = await create({
      replies: [{ pick: /Containers/ }, { type: 'web' }, { type: '2' }],
    });
    assert.deepEqual(created, [{ name: 'web', machines: 'docker', nodes: 2 }]);
    assert.deepEqual(
      questions.map(({ title, proposed }) => `${title} ${proposed}`),
      ['Create Cluster 1/3 $(vm) Virtual Machines', 'Create Cluster 2/3 dev', 'Create Cluster 3/3 3'],
    );
  });

  it('says first of each kind of nodes whether this machine can have it', async () => {
    const { created, questions } = await create({
      replies: ['dismiss'],
      problems: { vagrant: [NO_VAGRANT] },
    });
    assert.deepEqual(created, []);
    const [kinds] = questions;
    // What is ready comes first, and is proposed.
    assert.match(kinds?.proposed ?? '', /Containers/);
    assert.match(kinds?.items[0] ?? '', /Containers.*Ready on this machine/);
    assert.match(kinds?.items[1] ?? '', /Simulated.*pretend/);
    assert.match(kinds?.items[2] ?? '', /Virtual Machines.*Vagrant is not installed\. Install it/);
  });

  it('asks for the size of virtual machines, and sums their memory up before anything is created', async () => {
    const { created, questions, plans } = await create({
      replies: [
        { pick: /Virtual/ },
        { type: 'vms' },
        { type: '2' },
        { pick: /^1 CPU, 1 GiB/ },
        { pick: /Create/ },
      ],
    });
    const size = { cpus: 1, memoryBytes: 2 ** 30 };
    const settings = { provider: 'virtualbox' };
    assert.deepEqual(created, [{ name: 'vms', machines: 'vagrant', nodes: 2, size, settings }]);
    assert.deepEqual(plans[0], {
      cluster: 'vms',
      machines: [
        { name: 'vms-1', ...size },
        { name: 'vms-2', ...size },
      ],
      settings,
    });
    const last = questions.at(-1);
    assert.equal(last?.title, 'Create Cluster 5/5');
    assert.equal(last.prompt, '2 nodes with 1 CPU, 1 GiB each');
    assert.match(last.items.join(), /Create cluster vms \| .*2 GiB of memory needed, .* of .* free/);
  });

  it('takes a size that is typed, refuses one that no machine can have, and goes back to it', async () => {
    const { created, questions, refused } = await create({
      replies: [
        { pick: /Virtual/ },
        { type: 'vms' },
        { type: '1' },
        { pick: /Custom/ },
        { type: '1.5' },
        { type: '3' },
        { type: '12Mi' },
        { type: '1536Mi' },
        'back',
        'back',
        { type: '4' },
        { type: '3Gi' },
        { pick: /Create/ },
      ],
    });
    assert.deepEqual(created[0]?.size, { cpus: 4, memoryBytes: 3 * 2 ** 30 });
    assert.deepEqual(
      refused.map((text) => text.slice(0, 16)),
      ['A whole number f', 'At least 512Mi: '],
    );
    // On the way back, what was answered is proposed.
    assert.deepEqual(
      questions.slice(-4).map(({ title, proposed }) => `${title} ${proposed}`),
      [
        'Create Cluster 6/7 1536Mi',
        'Create Cluster 5/7 3',
        'Create Cluster 6/7 1536Mi',
        'Create Cluster 7/7 $(check) Create cluster vms',
      ],
    );
  });

  it('proposes what the settings say', async () => {
    await configure({
      provider: 'libvirt',
      box: 'mine',
      network: '10.5.0.0/24',
      nodeCpus: 3,
      nodeMemory: 3072,
    });
    try {
      const { created } = await create({
        replies: [{ pick: /Virtual/ }, { type: 'vms' }, { type: '1' }, { pick: /^3 CPUs/ }, { pick: /./ }],
      });
      assert.deepEqual(created, [
        {
          name: 'vms',
          machines: 'vagrant',
          nodes: 1,
          size: { cpus: 3, memoryBytes: 3 * 2 ** 30 },
          settings: { provider: 'libvirt', box: 'mine', network: '10.5.0.0/24' },
        },
      ]);
    } finally {
      await configure({
        provider: 'virtualbox',
        box: undefined,
        network: undefined,
        nodeCpus: undefined,
        nodeMemory: undefined,
      });
    }
  });

  it('asks what makes the machines where there is a choice', async () => {
    const offer = {
      taken: new Set(['dev']),
      clearTheWay: (kind: MachinesKind) => Promise.resolve(kind),
      problems: () => Promise.resolve(''),
      providers: Promise.resolve(['libvirt', 'virtualbox']),
      size: { cpus: 2, memoryBytes: 2 ** 31 },
      memory: () => ({ free: 2 ** 30, total: 2 ** 33 }),
    };
    const inputs = answerInputs(
      ...([{ pick: /Virtual/ }, { type: 'dev-2' }, { pick: /libvirt/ }, { type: '1' }] as const),
      ...([{ pick: /^2 CPUs/ }, { pick: /./ }] as const),
    );
    const draft = await stepThrough<Draft>('Create', createSteps(offer), {});
    inputs.restore();
    assert.equal(draft?.provider, 'libvirt');
    assert.equal(inputs.questions[1]?.proposed, 'dev-2');
    assert.deepEqual(inputs.questions[2]?.items, ['VirtualBox', 'libvirt (QEMU/KVM)']);
    assert.match(
      inputs.questions.at(-1)?.items.join() ?? '',
      /2 GiB of memory needed, 1 GiB of 8 GiB free: .*slow/,
    );
  });

  const vms: readonly Reply[] = [
    { pick: /Virtual/ },
    { type: 'vms' },
    { type: '2' },
    { pick: /^2 CPUs/ },
    { pick: /./ },
  ];

  it('names what stands in the way before it asks more, and uses containers instead with one click', async () => {
    const { created, said } = await create({
      replies: [{ pick: /Virtual/ }, { type: 'vms' }, { type: '2' }],
      problems: { vagrant: [NO_VAGRANT] },
      button: 'Use Containers Instead',
    });
    assert.deepEqual(said.texts, ['Nodes cannot be virtual machines yet: Vagrant is not installed.']);
    assert.deepEqual(said.details, ['Install it from your distribution.']);
    assert.deepEqual(said.buttons, [['Use Containers Instead', 'Try Again', 'Show Details']]);
    assert.deepEqual(created, [{ name: 'vms', machines: 'docker', nodes: 2 }]);
  });

  it('looks again when it is known what is to be created', async () => {
    const { created, said } = await create({
      replies: vms,
      problems: { vagrant: [NO_MEMORY] },
      planned: true,
      button: 'Use Containers Instead',
    });
    assert.deepEqual(said.texts, ['Nodes cannot be virtual machines yet: there is too little memory.']);
    assert.deepEqual(created, [{ name: 'vms', machines: 'docker', nodes: 2 }]);
  });

  it('asks again where the way is not cleared, and creates nothing without a choice', async () => {
    const { created, said, questions } = await create({
      replies: [{ pick: /Virtual/ }, 'dismiss'],
      problems: { vagrant: [NO_VAGRANT, NO_VAGRANT], docker: [NO_VAGRANT] },
    });
    assert.deepEqual(said.buttons, [['Try Again', 'Show Details']]);
    assert.match(said.texts.join(), /2 things stand in the way/);
    assert.deepEqual(
      questions.map(({ title }) => title),
      ['Create Cluster 1/3', 'Create Cluster 1/3'],
    );
    assert.deepEqual(created, []);
  });
});

import type { QuickPickItem } from 'vscode';
import type { MachinesKind } from '../../cluster/profile.ts';
import { pickOne, typeText } from '../input/quickInputs.ts';
import { BACK, type Step } from '../input/stepThrough.ts';
import { MACHINE_KINDS, VAGRANT_PROVIDERS } from '../machineKinds.ts';
import {
  bytesText,
  memorySummary,
  NODE_SIZES,
  sameSize,
  sizeText,
  type NodeSize,
} from '../model/nodeSize.ts';
import { countProblem, freeName, nameProblem, type Draft } from './draft.ts';
import { sizeSteps } from './sizeSteps.ts';

/** What the questions are asked with. */
export interface Offer {
  readonly taken: ReadonlySet<string>;
  /** The obstacles to a kind of machines, in words; '' if there are none. */
  readonly problems: (kind: MachinesKind) => Promise<string>;
  /** Says what stands in the way of a kind. The kind when it does no more, another one instead, or undefined. */
  readonly clearTheWay: (kind: MachinesKind) => Promise<MachinesKind | undefined>;
  /** Those of `VAGRANT_PROVIDERS` that this desktop has. */
  readonly providers: Promise<readonly string[]>;
  /** Proposed for each node that is a virtual machine. */
  readonly size: NodeSize;
  readonly memory: () => { readonly free: number; readonly total: number };
}

export const DEFAULT_COUNT = 3;

/** The questions of Create Cluster, in order. */
export function createSteps(offer: Offer): readonly Step<Draft>[] {
  const virtual = ({ machines }: Draft): boolean => machines === 'vagrant';
  const sizeOf = (draft: Draft): NodeSize => ({
    cpus: draft.cpus ?? offer.size.cpus,
    memoryBytes: draft.memoryBytes ?? offer.size.memoryBytes,
  });
  let providers: readonly string[] = [];
  return [
    {
      async ask(draft, place) {
        // Only kinds that this machine can run are proposed, so nothing is offered before they are known.
        const answer = await pickOne(place, {
          placeholder: 'What are the nodes?',
          busy: 'Looking at what this machine can have as nodes…',
          items: [],
          later: kindItems(offer),
          active: ({ machines }) => machines === draft.machines,
        });
        if (answer === undefined || answer === BACK) return answer;
        const machines = answer.problem === '' ? answer.machines : await offer.clearTheWay(answer.machines);
        // Where the way is not clear, another kind may do.
        if (machines === undefined) return this.ask(draft, place);
        if (machines === 'vagrant') providers = await offer.providers;
        return { ...draft, machines };
      },
    },
    {
      async ask(draft, place) {
        const answer = await typeText(place, {
          prompt: 'Name of the cluster',
          value: draft.name ?? freeName(offer.taken),
          problem: (value) => nameProblem(value.trim(), offer.taken),
        });
        return typeof answer === 'string' ? { ...draft, name: answer } : answer;
      },
    },
    {
      applies: (draft) => virtual(draft) && providers.length > 1,
      async ask(draft, place) {
        const items = VAGRANT_PROVIDERS.filter(({ id }) => providers.includes(id));
        const answer = await pickOne(place, {
          placeholder: 'What makes the virtual machines?',
          items,
          active: ({ id }) => id === draft.provider,
        });
        return answer === undefined || answer === BACK ? answer : { ...draft, provider: answer.id };
      },
    },
    {
      async ask(draft, place) {
        const answer = await typeText(place, {
          prompt: 'How many nodes',
          value: String(draft.count ?? DEFAULT_COUNT),
          problem: countProblem,
        });
        return typeof answer === 'string' ? { ...draft, count: Number(answer) } : answer;
      },
    },
    {
      applies: virtual,
      async ask(draft, place) {
        const answer = await pickOne(place, {
          placeholder: `How large is each node? ${bytesText(offer.memory().free)} of memory are free`,
          items: sizeItems(draft.count ?? DEFAULT_COUNT, offer.size),
          active: ({ size }) => (size === undefined ? draft.custom === true : sameSize(size, sizeOf(draft))),
        });
        if (answer === undefined || answer === BACK) return answer;
        return answer.size === undefined
          ? { ...sizeOf(draft), ...draft, custom: true }
          : { ...draft, ...answer.size, custom: false };
      },
    },
    ...sizeSteps<Draft>('each node', (draft) => virtual(draft) && draft.custom === true),
    {
      applies: virtual,
      async ask(draft, place) {
        const count = draft.count ?? DEFAULT_COUNT;
        const size = sizeOf(draft);
        const { text, fits } = memorySummary(count, size, offer.memory());
        const answer = await pickOne(place, {
          placeholder: `${count === 1 ? '1 node' : `${count} nodes`} with ${sizeText(size)} each`,
          items: [
            {
              label: `$(check) Create cluster ${draft.name ?? ''}`,
              detail: fits
                ? text
                : `$(warning) ${text}: the desktop may become slow, or nodes may not start.`,
            },
          ],
        });
        return answer === undefined || answer === BACK ? answer : { ...draft, ...size };
      },
    },
  ];
}

interface KindItem extends QuickPickItem {
  readonly machines: MachinesKind;
  /** The obstacles to it; '' if there are none. */
  readonly problem: string;
}

/** With what each kind needs; those that are ready come first. */
async function kindItems({ problems }: Offer): Promise<readonly KindItem[]> {
  const items = await Promise.all(
    MACHINE_KINDS.map(async ({ kind, label, description, icon }) => {
      const problem = await problems(kind);
      return {
        label: `$(${icon}) ${label}`,
        description,
        detail: problem === '' ? '$(pass) Ready on this machine' : `$(warning) ${problem}`,
        machines: kind,
        problem,
      };
    }),
  );
  return items.toSorted((a, b) => Number(a.problem !== '') - Number(b.problem !== ''));
}

interface SizeItem extends QuickPickItem {
  /** Missing: another one, which is typed. */
  readonly size?: NodeSize;
}

/** The size of the settings first, then the usual ones. */
function sizeItems(count: number, proposed: NodeSize): readonly SizeItem[] {
  const others = NODE_SIZES.filter((size) => !sameSize(size, proposed));
  return [
    ...[proposed, ...others].map((size) => ({
      label: sizeText(size),
      description: `${bytesText(count * size.memoryBytes)} together`,
      size,
    })),
    { label: 'Custom…', description: 'CPUs and memory as you type them' },
  ];
}

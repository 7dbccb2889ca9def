import type { KubeObject } from '../../api/meta.ts';
import type { Health } from '../model/health.ts';
import { age } from '../model/age.ts';
import { conditionOf } from './conditions.ts';
import type { KindViews, Look } from './kindView.ts';

/** What workloads have in common, as far as it is shown. */
interface Workload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly suspend?: boolean;
    readonly schedule?: string;
    readonly completions?: number;
  };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly desiredNumberScheduled?: number;
    readonly observedGeneration?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly active?: number | readonly unknown[];
    readonly lastScheduleTime?: string;
  };
}

interface Counts {
  readonly wanted: number;
  readonly ready: number;
  readonly updated: number;
}

export const workloadViews: KindViews = {
  'deployments.apps': {
    category: 'workloads',
    icon: 'rocket',
    can: ['logs', 'scale', 'rollout', 'pause', 'forward'],
    owns: ['replicasets.apps'],
    look: (object) => {
      const { spec = {}, status = {} } = object as Workload;
      const look = byCounts(object, {
        wanted: spec.replicas ?? 1,
        ready: status.readyReplicas ?? 0,
        updated: status.updatedReplicas ?? 0,
      });
      const progress = conditionOf(object, 'Progressing');
      if (progress?.reason === 'ProgressDeadlineExceeded') {
        return {
          ...look,
          description: `stuck, ${look.description ?? ''}`,
          health: 'bad',
          hover: { title: object.metadata.name, paragraphs: [progress.message ?? ''] },
        };
      }
      return spec.paused === true ? { ...look, description: `paused, ${look.description ?? ''}` } : look;
    },
  },
  'statefulsets.apps': {
    category: 'workloads',
    icon: 'database',
    can: ['logs', 'scale', 'rollout', 'forward'],
    owns: ['pods'],
    look: (object) => {
      const { spec = {}, status = {} } = object as Workload;
      const ready = status.readyReplicas ?? 0;
      return byCounts(object, {
        wanted: spec.replicas ?? 1,
        ready,
        updated: status.updatedReplicas ?? ready,
      });
    },
  },
  'daemonsets.apps': {
    category: 'workloads',
    icon: 'server-process',
    can: ['logs', 'rollout', 'forward'],
    owns: ['pods'],
    look: (object) => {
      const { status = {} } = object as Workload;
      return byCounts(object, {
        wanted: status.desiredNumberScheduled ?? 0,
        ready: status.numberReady ?? 0,
        updated: status.updatedNumberScheduled ?? 0,
      });
    },
  },
  'replicasets.apps': {
    category: 'workloads',
    icon: 'copy',
    can: ['logs', 'scale', 'forward'],
    owns: ['pods'],
    look: lookOfReplicas,
  },
  replicationcontrollers: {
    category: 'workloads',
    icon: 'copy',
    can: ['logs', 'scale', 'forward'],
    owns: ['pods'],
    look: lookOfReplicas,
  },
  'jobs.batch': {
    category: 'workloads',
    icon: 'checklist',
    can: ['logs', 'suspend'],
    owns: ['pods'],
    look: lookOfJob,
  },
  'cronjobs.batch': {
    category: 'workloads',
    icon: 'clock',
    can: ['suspend', 'trigger'],
    owns: ['jobs.batch'],
    look: (object, now) => {
      const { spec = {}, status = {} } = object as Workload;
      const active = Array.isArray(status.active) ? status.active.length : 0;
      const last =
        status.lastScheduleTime === undefined ? '' : `, last ${age(status.lastScheduleTime, now)} ago`;
      if (spec.suspend === true)
        return { description: `suspended, ${spec.schedule ?? ''}`, health: 'neutral' };
      return {
        description: `${spec.schedule ?? ''}${active === 0 ? last : `, ${active} active`}`,
        health: active === 0 ? 'good' : 'busy',
      };
    },
  },
};

function lookOfReplicas(object: KubeObject): Look {
  const { spec = {}, status = {} } = object as Workload;
  const wanted = spec.replicas ?? 1;
  return byCounts(object, { wanted, ready: status.readyReplicas ?? 0, updated: wanted });
}

function lookOfJob(object: KubeObject): Look {
  const { spec = {}, status = {} } = object as Workload;
  const failed = conditionOf(object, 'Failed');
  if (failed?.status === 'True') {
    return {
      description: failed.reason ?? 'Failed',
      health: 'bad',
      hover: { title: object.metadata.name, paragraphs: [failed.message ?? ''] },
    };
  }
  const done = `${status.succeeded ?? 0}/${spec.completions ?? 1}`;
  if (conditionOf(object, 'Complete')?.status === 'True')
    return { description: `Complete ${done}`, health: 'good' };
  if (spec.suspend === true) return { description: `suspended ${done}`, health: 'neutral' };
  return { description: `${done} done`, health: 'busy' };
}

function byCounts(object: KubeObject, { wanted, ready, updated }: Counts): Look {
  const observed = (object as Workload).status?.observedGeneration;
  const generation = object.metadata.generation;
  const seen = observed === undefined || generation === undefined || observed >= generation;
  const rolling = !seen || ready < wanted || updated < wanted;
  const health: Health = rolling ? 'busy' : wanted === 0 ? 'neutral' : 'good';
  return { description: `${ready}/${wanted} ready`, health };
}

import type { KubeObject } from '../../api/meta.ts';
import { lookByConditions } from './conditions.ts';
import type { KindView, KindViews, Look } from './kindView.ts';

interface WithData extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly type?: string;
}

interface Scaler extends KubeObject {
  readonly spec?: { readonly minReplicas?: number; readonly maxReplicas?: number };
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number };
}

interface Budget extends KubeObject {
  readonly status?: { readonly disruptionsAllowed?: number };
}

interface Quota extends KubeObject {
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

const plain = (category: KindView['category'], icon: string): KindView => ({
  category,
  icon,
  look: lookByConditions,
});

export const configurationViews: KindViews = {
  configmaps: { category: 'configuration', icon: 'symbol-key', look: lookOfData },
  secrets: { category: 'configuration', icon: 'lock', look: lookOfData },
  'horizontalpodautoscalers.autoscaling': {
    category: 'configuration',
    icon: 'graph-line',
    look: (object) => {
      const { spec = {}, status = {} } = object as Scaler;
      const now = `${status.currentReplicas ?? 0}`;
      const text = `${now} of ${spec.minReplicas ?? 1} to ${spec.maxReplicas ?? '?'} replicas`;
      return { description: text, hover: { title: object.metadata.name, text } };
    },
  },
  'poddisruptionbudgets.policy': {
    category: 'configuration',
    icon: 'shield',
    look: (object) => ({
      description: `${(object as Budget).status?.disruptionsAllowed ?? 0} disruptions allowed`,
    }),
  },
  resourcequotas: {
    category: 'configuration',
    icon: 'dashboard',
    look: (object) => {
      const { hard = {}, used = {} } = (object as Quota).status ?? {};
      const list = Object.entries(hard).map(([name, limit]) => `${name}: ${used[name] ?? '0'} of ${limit}`);
      return { description: list.slice(0, 2).join(', '), hover: { title: object.metadata.name, list } };
    },
  },
  limitranges: plain('configuration', 'dashboard'),
  podtemplates: plain('configuration', 'package'),
  'leases.coordination.k8s.io': plain('configuration', 'clock'),
  'controllerrevisions.apps': plain('configuration', 'history'),
  'priorityclasses.scheduling.k8s.io': plain('configuration', 'arrow-up'),
  'runtimeclasses.node.k8s.io': plain('configuration', 'circuit-board'),
};

/** Keys are counted and named; values are never shown here. */
function lookOfData(object: KubeObject): Look {
  const { data = {}, binaryData = {} } = object as WithData;
  const keys = [...Object.keys(data), ...Object.keys(binaryData)];
  return {
    description: `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
    hover: { list: keys },
  };
}

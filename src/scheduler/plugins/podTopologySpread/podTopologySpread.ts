import type { Plugin, PluginContext } from '../../framework.ts';
import { createDefaultSelector } from '../defaultSelector.ts';
import { defaultConstraints, ownConstraints } from './constraints.ts';
import { type Demand, demandsOf, violated } from './filtering.ts';
import { normalizeSpread, prepareScore, scoreOf, type SpreadScore } from './scoring.ts';

const FILTER = 'PodTopologySpread/filter';
const SCORE = 'PodTopologySpread/score';

/** Spreads pods that belong together over domains of nodes (`plugins/podtopologyspread`, KEP-895, KEP-1258). */
export function podTopologySpread({ informers, snapshot }: PluginContext): Plugin {
  const defaultSelector = createDefaultSelector(informers);
  return {
    name: 'PodTopologySpread',
    preFilter(state, pod) {
      const demands = demandsOf(pod, snapshot);
      if (demands.length === 0) return { status: { code: 'Skip', reasons: [] } };
      state.write(FILTER, demands);
      return undefined;
    },
    filter(state, _pod, info) {
      return violated(state.read<readonly Demand[]>(FILTER) ?? [], info);
    },
    preScore(state, pod, nodes) {
      const own = (pod.spec.topologySpreadConstraints ?? []).length > 0;
      const selector = own ? undefined : defaultSelector(pod);
      const constraints = own
        ? ownConstraints(pod, 'ScheduleAnyway', snapshot)
        : selector === undefined
          ? []
          : defaultConstraints(pod, selector, snapshot);
      if (constraints.length === 0) return { code: 'Skip', reasons: [] };
      state.write(SCORE, prepareScore(constraints, nodes, snapshot.nodes, own));
      return undefined;
    },
    score(state, _pod, info) {
      const prepared = state.read<SpreadScore>(SCORE);
      return prepared === undefined ? 0 : scoreOf(prepared, info);
    },
    normalize(state, _pod, nodes, scores) {
      const prepared = state.read<SpreadScore>(SCORE);
      if (prepared !== undefined) normalizeSpread(prepared, nodes, scores);
    },
    events: () => [
      { event: { resource: 'Pod', actions: ['Add', 'Delete', 'UpdateLabels'] } },
      { event: { resource: 'Node', actions: ['Add', 'Delete', 'UpdateLabels', 'UpdateTaints'] } },
    ],
  };
}

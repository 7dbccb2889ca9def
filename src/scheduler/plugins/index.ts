import type { PluginContext } from '../framework.ts';
import type { EnabledPlugin } from '../runner.ts';
import { defaultBinder } from './defaultBinder.ts';
import { defaultPreemption } from './defaultPreemption/defaultPreemption.ts';
import { dynamicResources } from './dynamicResources.ts';
import { imageLocality } from './imageLocality.ts';
import { interPodAffinity } from './interPodAffinity/interPodAffinity.ts';
import { nodeAffinity } from './nodeAffinity.ts';
import { nodeName } from './nodeName.ts';
import { nodePorts } from './nodePorts.ts';
import { nodeResourcesBalancedAllocation } from './nodeResourcesBalancedAllocation.ts';
import { nodeResourcesFit } from './nodeResourcesFit.ts';
import { nodeUnschedulable } from './nodeUnschedulable.ts';
import { nodeVolumeLimits } from './nodeVolumeLimits.ts';
import { podTopologySpread } from './podTopologySpread/podTopologySpread.ts';
import { prioritySort } from './prioritySort.ts';
import { schedulingGates } from './schedulingGates.ts';
import { taintToleration } from './taintToleration.ts';
import { volumeBinding } from './volumeBinding/volumeBinding.ts';
import { volumeRestrictions } from './volumeRestrictions.ts';
import { volumeZone } from './volumeZone.ts';

/** The default profile in upstream's order and with its weights (`apis/config/v1/default_plugins.go`). */
export function defaultPlugins(context: PluginContext): readonly EnabledPlugin[] {
  return [
    { plugin: schedulingGates() },
    { plugin: dynamicResources() },
    { plugin: prioritySort() },
    { plugin: nodeUnschedulable() },
    { plugin: nodeName() },
    { plugin: taintToleration(), weight: 3 },
    { plugin: nodeAffinity(), weight: 2 },
    { plugin: nodePorts() },
    { plugin: nodeResourcesFit(), weight: 1 },
    { plugin: volumeRestrictions(context) },
    { plugin: nodeVolumeLimits(context) },
    { plugin: volumeBinding(context) },
    { plugin: volumeZone(context) },
    { plugin: podTopologySpread(context), weight: 2 },
    { plugin: interPodAffinity(context), weight: 2 },
    { plugin: defaultPreemption(context) },
    { plugin: nodeResourcesBalancedAllocation(), weight: 1 },
    { plugin: imageLocality(context), weight: 1 },
    { plugin: defaultBinder(context) },
  ];
}

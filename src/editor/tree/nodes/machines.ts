import { MarkdownString, ThemeColor, ThemeIcon, TreeItem } from 'vscode';
import type { Clock } from '../../../base/clock.ts';
import type { ClusterModel } from '../../model/clusterModel.ts';
import { stageText } from '../../model/work.ts';
import { flagsOf } from '../flags.ts';
import { writeHover } from '../hover.ts';
import type { TreeNode } from '../treeNode.ts';

/** A machine that is not a node (yet): being made, or it could not be had. */
export interface MachineNode extends TreeNode {
  readonly machine: string;
}

export function isMachineNode(node: unknown): node is MachineNode {
  return typeof node === 'object' && node !== null && 'machine' in node && 'cluster' in node;
}

export function machineNode(
  model: ClusterModel,
  clock: Clock,
  cluster: string,
  machine: string,
): MachineNode {
  const id = `${cluster}/machines/${machine}`;
  return {
    id,
    cluster,
    machine,
    item() {
      const entry = model.entry(cluster);
      const stage = entry?.work?.stage(machine);
      const failure =
        stage === undefined
          ? (entry?.failures.get(machine) ??
            (entry?.work === undefined ? 'its machine is missing' : undefined))
          : stage.phase === 'failed'
            ? stage.message
            : undefined;
      const text = failure ?? (stage === undefined ? '' : stageText(stage, clock.monotonic()));
      const item = new TreeItem(machine);
      item.id = id;
      item.description = text;
      item.iconPath = icon(failure !== undefined, stage?.phase === 'ready');
      const phase = failure === undefined ? 'busy' : 'failed';
      item.contextValue = `wheelhouse.machine.${phase}${entry === undefined ? '' : flagsOf(entry)}`;
      item.tooltip = writeHover(new MarkdownString(), { text: failure ?? stage?.message ?? machine });
      // Without the seconds: a screen reader would read the row again with each of them.
      item.accessibilityInformation = {
        label: `Machine ${machine}, ${failure === undefined ? (stage?.message ?? '') : `failed: ${failure}`}`,
      };
      return item;
    },
  };
}

function icon(failed: boolean, ready: boolean): ThemeIcon {
  if (failed) return new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  if (ready) return new ThemeIcon('vm', new ThemeColor('testing.iconPassed'));
  return new ThemeIcon('loading~spin');
}

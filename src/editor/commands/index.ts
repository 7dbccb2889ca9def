import type { EditorCommand } from './command.ts';
import { addNode } from './addNode.ts';
import { applyManifest } from './applyManifest.ts';
import { cancelWork } from './cancelWork.ts';
import { checkMachine } from './checkMachine.ts';
import { connectContext } from './connectContext.ts';
import { copyName } from './copyName.ts';
import { cordonNode } from './cordonNode.ts';
import { createCluster } from './createCluster.ts';
import { deleteCluster } from './deleteCluster.ts';
import { deleteManifest } from './deleteManifest.ts';
import { deleteObject } from './deleteObject.ts';
import { deleteSnapshot } from './deleteSnapshot.ts';
import { diffManifest } from './diffManifest.ts';
import { disconnectContext } from './disconnectContext.ts';
import { drainNode } from './drainNode.ts';
import { exportObjects } from './exportObjects.ts';
import { followLogs } from './followLogs.ts';
import { mergeKubeconfig } from './mergeKubeconfig.ts';
import { nodeShell } from './nodeShell.ts';
import { openKubeconfigTerminal } from './openKubeconfigTerminal.ts';
import { openObject } from './openObject.ts';
import { openPodTerminal } from './openPodTerminal.ts';
import { openSample } from './openSample.ts';
import { pauseRollout } from './pauseRollout.ts';
import { previousLogs } from './previousLogs.ts';
import { recoverCluster } from './recoverCluster.ts';
import { refresh } from './refresh.ts';
import { removeNode } from './removeNode.ts';
import { resizeNode } from './resizeNode.ts';
import { restartRollout } from './restartRollout.ts';
import { restoreSnapshot } from './restoreSnapshot.ts';
import { resumeCluster } from './resumeCluster.ts';
import { resumeJob } from './resumeJob.ts';
import { resumeRollout } from './resumeRollout.ts';
import { retryNode } from './retryNode.ts';
import { runCronJob } from './runCronJob.ts';
import { saveSnapshot } from './saveSnapshot.ts';
import { scale } from './scale.ts';
import { showConsole } from './showConsole.ts';
import { showLog } from './showLog.ts';
import { startCluster } from './startCluster.ts';
import { startNode } from './startNode.ts';
import { stopCluster } from './stopCluster.ts';
import { suspendCluster } from './suspendCluster.ts';
import { suspendJob } from './suspendJob.ts';
import { takeFromKubeconfig } from './takeFromKubeconfig.ts';
import { uncordonNode } from './uncordonNode.ts';
import { undoRollout } from './undoRollout.ts';

export const commands: readonly EditorCommand[] = [
  checkMachine,
  createCluster,
  startCluster,
  recoverCluster,
  stopCluster,
  suspendCluster,
  resumeCluster,
  deleteCluster,
  cancelWork,
  addNode,
  removeNode,
  resizeNode,
  retryNode,
  startNode,
  saveSnapshot,
  restoreSnapshot,
  deleteSnapshot,
  exportObjects,
  applyManifest,
  deleteManifest,
  diffManifest,
  openSample,
  openObject,
  deleteObject,
  followLogs,
  scale,
  restartRollout,
  pauseRollout,
  resumeRollout,
  undoRollout,
  suspendJob,
  resumeJob,
  runCronJob,
  cordonNode,
  uncordonNode,
  drainNode,
  copyName,
  previousLogs,
  openPodTerminal,
  nodeShell,
  showConsole,
  openKubeconfigTerminal,
  showLog,
  mergeKubeconfig,
  takeFromKubeconfig,
  connectContext,
  disconnectContext,
  refresh,
];

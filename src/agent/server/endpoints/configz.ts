import type { ClusterSettings } from '../../../protocol/agentLink.ts';
import { type AgentRoute, sendJson } from '../route.ts';
import { LOG_CHECK_MS, MAX_LOG_BYTES, MAX_LOG_FILES } from '../logRotation.ts';
import { goDuration } from '../../hooks/goDuration.ts';
import { LEASE_SECONDS } from '../../node/heartbeat.ts';
import { CHECK_MS, REPORT_MS } from '../../node/nodeReporter.ts';
import { MAX_PODS } from '../../node/nodeStatus.ts';

/** `/configz`: the fields of kubelet's configuration (KubeletConfiguration v1beta1) that hold here. */
export function configzRoute(cluster: ClusterSettings, logDirectory: string | undefined): AgentRoute {
  const kubeletconfig = {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    cgroupDriver: 'cgroupfs',
    clusterDNS: [cluster.dnsAddress],
    clusterDomain: cluster.clusterDomain,
    containerLogMaxFiles: MAX_LOG_FILES,
    containerLogMaxSize: `${MAX_LOG_BYTES / 1024 ** 2}Mi`,
    containerLogMonitorInterval: goDuration(LOG_CHECK_MS),
    enableDebuggingHandlers: true,
    enableSystemLogHandler: logDirectory !== undefined,
    failSwapOn: false,
    maxPods: MAX_PODS,
    nodeLeaseDurationSeconds: LEASE_SECONDS,
    nodeStatusReportFrequency: goDuration(REPORT_MS),
    nodeStatusUpdateFrequency: goDuration(CHECK_MS),
    podLogsDir: logDirectory ?? '',
    registerNode: true,
    serializeImagePulls: false,
  };
  return { name: 'configz', serve: (call) => sendJson(call, { kubeletconfig }) };
}

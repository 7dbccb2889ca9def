import { groupResourceOf, type Resource } from '../../api/resource.ts';
import { ownProperty } from '../../base/ownProperty.ts';
import { lookByConditions } from './conditions.ts';
import { configurationViews } from './configuration.ts';
import type { KindView, KindViews } from './kindView.ts';
import { networkViews } from './network.ts';
import { podViews } from './pods.ts';
import { storageViews } from './storage.ts';
import { workloadViews } from './workloads.ts';

const access = (icon: string): KindView => ({ category: 'access', icon, look: () => ({}) });

const views: KindViews = {
  ...workloadViews,
  ...podViews,
  ...networkViews,
  ...configurationViews,
  ...storageViews,
  serviceaccounts: access('person'),
  'roles.rbac.authorization.k8s.io': access('key'),
  'rolebindings.rbac.authorization.k8s.io': access('link'),
  'clusterroles.rbac.authorization.k8s.io': access('key'),
  'clusterrolebindings.rbac.authorization.k8s.io': access('link'),
  // Shown by rows of their own.
  events: { category: 'events', icon: 'history', look: () => ({}) },
  'events.events.k8s.io': { category: 'events', icon: 'history', look: () => ({}) },
  namespaces: { category: 'cluster', icon: 'symbol-namespace', look: () => ({}) },
  nodes: { category: 'cluster', icon: 'vm', can: ['cordon'], look: () => ({}) },
  // The objects of services, made and kept by the control plane for older clients.
  endpoints: { category: 'cluster', icon: 'list-tree', look: () => ({}) },
  'customresourcedefinitions.apiextensions.k8s.io': {
    category: 'other',
    icon: 'symbol-structure',
    look: (object) => {
      const { spec } = object as { readonly spec?: { readonly names?: { readonly kind?: string } } };
      return { description: spec?.names?.kind ?? '' };
    },
  },
};

const UNKNOWN: KindView = { category: 'other', icon: 'symbol-object', look: lookByConditions };

/** How objects of a kind are shown; custom kinds by their conditions. */
export function viewOf(resource: Pick<Resource, 'group' | 'plural'>): KindView {
  return ownProperty(views, groupResourceOf(resource)) ?? UNKNOWN;
}

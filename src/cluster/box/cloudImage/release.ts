import type { BoxArchitecture } from '../contract.ts';

/** A file on the web, with what it must be. */
export interface PinnedImage {
  /** Below a mirror of Debian's cloud images. */
  readonly path: string;
  /** In hex, as the build's SHA512SUMS has it. */
  readonly sha512: string;
}

/** Debian's own; a setting names a mirror, which has the same folders. */
export const CLOUD_IMAGES = 'https://cloud.debian.org/images/cloud';

const BUILD = '20261001-2618';

/** Debian 13 for clouds without drivers of hardware (qcow2): one dated build, which never changes. */
export const cloudImages: Readonly<Record<BoxArchitecture, PinnedImage>> = {
  amd64: {
    path: `trixie/${BUILD}/debian-13-genericcloud-amd64-${BUILD}.qcow2`,
    sha512:
      'f46f0671a6e5bdec5291ab8972bae2f10e5408c2f64a74078f11efc2f06a436a9d0313ed50e0472542eeabf780e9f7c792ac0a314c6c20507fcd9fd81b468c3d',
  },
  arm64: {
    path: `trixie/${BUILD}/debian-13-genericcloud-arm64-${BUILD}.qcow2`,
    sha512:
      'd8470b8c6c38fead046c794b5800a5a7b96672d5bcf543cc230ceb0c4b8ace05ed341a0c8928045422243fde26b2f1f2f58e99244c65709ffda2e3d4b674dd5a',
  },
};

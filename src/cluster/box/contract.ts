/** Whose boxes can be built. */
export type BoxProvider = 'libvirt' | 'virtualbox';

/** Debian's names of processor architectures, which Vagrant's boxes have too. */
export type BoxArchitecture = 'amd64' | 'arm64';

/** What all boxes are made of: a disk that boots under every provider. */
export interface Disk {
  /** A sparse raw image. */
  readonly path: string;
  readonly bytes: number;
}

/** A box as one provider wants it: the files of its archive, made in `folder` out of the disk. */
export interface BoxFormat {
  readonly provider: BoxProvider;
  readonly architectures: readonly BoxArchitecture[];
  /** Commands that it runs, with the Debian packages that bring them. */
  readonly tools: Tools;
  /** Resolves with the names of the archive's files, in the order in which they go in. */
  write(disk: Disk, architecture: BoxArchitecture, folder: string): Promise<readonly string[]>;
}

/** Commands with the Debian packages that bring them. */
export type Tools = Readonly<Record<string, string>>;

/** A file of a box's system or of its provisioning, by its path in the builder's folder. */
export interface BoxFile {
  readonly path: string;
  readonly content: string;
}

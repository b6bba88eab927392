/** Loading a model again while the service runs. */

/** What became of a model that was to be loaded again. */
export interface Reloaded {
  readonly model: string;
  readonly hash: string;
  /** Whether the weights are others than before. */
  readonly changed: boolean;
}

/**
 * Loads a model again, or all of them; the old one stays until the new one is there.
 * @throws Problem 404 for a name that is not there; what reading the file throws when it cannot be read
 */
export type Reload = (name?: string) => Promise<readonly Reloaded[]>;

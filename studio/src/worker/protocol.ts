/** What page and worker say to each other. */

/** One kind of work: what it takes, what it tells on the way, and what it gives. All of it plain, clonable data. */
export interface Task {
  readonly input: unknown;
  readonly progress: unknown;
  readonly output: unknown;
}

/** Of an interface that lists tasks by name: `interface TrainTasks { train: { input: …; progress: …; output: … } }`. */
export type TasksOf<T> = { readonly [K in keyof T]: Task };

export type Request =
  | { readonly kind: 'hello'; readonly lock: string }
  | { readonly kind: 'run'; readonly job: number; readonly task: string; readonly input: unknown }
  /** Stop, and give what there is so far. */
  | { readonly kind: 'cancel'; readonly job: number }
  /** A message of the page to work that is under way: `job.tell`. */
  | { readonly kind: 'tell'; readonly job: number; readonly value: unknown };

export type Reply =
  /** The worker holds the lock that tells of its end. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'progress'; readonly job: number; readonly value: unknown }
  | { readonly kind: 'done'; readonly job: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly job: number; readonly name: string; readonly message: string };

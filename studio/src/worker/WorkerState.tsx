import { Button, Message } from '../components/index.js';
import { dictionary } from '../text/dictionary.js';
import type { WorkerClient } from './client.js';
import type { TasksOf } from './protocol.js';

const t = dictionary(
  { restart: 'Start it again', kept: 'Your settings and data are still here.' },
  { restart: '重新启动', kept: '你的设置和数据都还在。' },
);

/** Says in place that a worker has ended, and starts it again. Shows nothing while all is well. */
export function WorkerState<T extends TasksOf<T>>(props: {
  readonly client: WorkerClient<T>;
  /** What to do beside forgetting the end: begin the work again, say. */
  readonly onRestart?: () => void;
}) {
  const { client, onRestart } = props;
  const reason = client.ended.value;
  if (reason === undefined) return null;
  return (
    <Message kind="error">
      <span>
        {reason} {t().kept}
      </span>
      <Button
        onClick={() => {
          client.restart();
          onRestart?.();
        }}
      >
        {t().restart}
      </Button>
    </Message>
  );
}

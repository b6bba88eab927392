/** The least that a service on Hono can be: GET / says hello, POST / reads JSON and answers JSON. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();
app.get('/', (context) => context.text('hello'));
app.post('/', async (context) => {
  const { text } = await context.req.json();
  return context.json({ length: text.length });
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
});

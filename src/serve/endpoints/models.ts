/** GET /v1/models, and POST /admin/reload. */
import * as v from 'valibot';
import { LexigradError } from '../../base/errors.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import { type Endpoint, endpoint, type Rooms } from '../endpoint.js';
import { Problem } from '../problem.js';
import type { Reload } from '../reload.js';
import { modelInfo, modelName } from '../schemas.js';
import type { ServedModel } from '../served-model.js';

export function modelEndpoints({ shelf }: Rooms): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/v1/models',
      summary: 'The models of this service',
      group: 'models',
      output: v.object({ object: v.literal('list'), data: v.array(modelInfo) }),
      answer: () => ({ json: { object: 'list', data: shelf.list().map(infoOf) } }),
    }),
    endpoint({
      method: 'GET',
      path: '/v1/models/:model',
      summary: 'One model',
      group: 'models',
      output: modelInfo,
      answer: (_, { parameters }) => ({ json: infoOf(shelf.get(parameters.model!)) }),
    }),
  ];
}

function infoOf({ name, model, kind, operations, loaded, hash }: ServedModel) {
  return {
    ...{ id: name, object: 'model', created: loaded, owned_by: 'lexigrad', kind, operations },
    ...(model instanceof TextClassifier ? { labels: model.labels } : {}),
    parameters: model.parameterCount,
    hash,
  };
}

/** @param reload undefined where models have no place to be loaded from again */
export function reloadEndpoint(reload: Reload | undefined, hasToken: boolean): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/admin/reload',
    summary: 'Load models again from their files',
    description: 'Requests in hand finish with the old model. Where loading fails, the old model stays.',
    group: 'operation',
    input: v.strictObject({
      model: v.optional(v.pipe(v.string('must be a string'), v.description('Default: all.'))),
    }),
    output: v.object({
      reloaded: v.array(v.object({ model: modelName, hash: v.string(), changed: v.boolean() })),
    }),
    example: {},
    async answer({ model }, { request }) {
      // Web pages may send such a request to a service on the machine of whoever looks at them.
      if (!hasToken && request.headers.has('origin')) {
        throw new Problem(403, 'a web page may not reload models of a service without a token');
      }
      if (reload === undefined)
        throw new Problem(501, 'the models of this service have no files to load them from');
      try {
        return { json: { reloaded: await reload(model) } };
      } catch (error) {
        if (!(error instanceof LexigradError) || error instanceof Problem) throw error;
        throw new Problem(500, `a model was not loaded again, the old one stays: ${error.message}`);
      }
    },
  });
}

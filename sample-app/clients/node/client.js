/*
 * Calls every method of the sample application and prints a line for each.
 *
 * Usage: node client.js [HOST:PORT [TOKEN]], after npm ci
 *
 * The messages come from the descriptor set that the build of the sample writes; an application of yours
 * would give its .proto files to proto-loader.
 */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import grpc from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const protos = grpc.loadPackageDefinition(loadFileDescriptorSetFromBuffer(
  readFileSync(new URL('../../target/protos.binpb', import.meta.url)),
  { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true }));

// Methods that may run twice, and no others: after UNAVAILABLE nobody knows whether CreateProduct has
// created something.
const SERVICE_CONFIG = {
  methodConfig: [{
    name: [
      { service: 'product.v1.ProductService', method: 'GetProduct' },
      { service: 'product.v1.ProductService', method: 'ListProducts' },
      { service: 'product.v1.ProductService', method: 'DeleteProduct' },
      { service: 'classification.v1.DocumentClassifier' },
    ],
    retryPolicy: {
      maxAttempts: 3,
      initialBackoff: '0.2s',
      maxBackoff: '2s',
      backoffMultiplier: 2,
      retryableStatusCodes: ['UNAVAILABLE'],
    },
  }],
};

// google.rpc.Status and the details that this client reads, which are not in the set.
const ERRORS = protobuf.parse(`
  syntax = "proto3";
  package google.rpc;
  message Status { int32 code = 1; string message = 2; repeated Packed details = 3; }
  message Packed { string type_url = 1; bytes value = 2; }
  message ErrorInfo { string reason = 1; string domain = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }
  message FieldViolation { string field = 1; string description = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
`, { keepCase: true }).root;

/** The details of an error, by the names of their types: ErrorInfo, BadRequest, RetryInfo. */
function details(error) {
  const found = {};
  const [packed] = error.metadata?.get('grpc-status-details-bin') ?? [];
  for (const detail of packed ? ERRORS.lookupType('google.rpc.Status').decode(packed).details : []) {
    const name = detail.type_url.split('.').pop();
    if (['ErrorInfo', 'BadRequest', 'RetryInfo'].includes(name)) {
      found[name] = ERRORS.lookupType(`google.rpc.${name}`).decode(detail.value);
    }
  }
  return found;
}

function explain(error) {
  const { ErrorInfo, BadRequest, RetryInfo } = details(error);
  const lines = [grpc.status[error.code]];
  if (ErrorInfo) {
    lines.push(`reason ${ErrorInfo.reason}`);
  }
  for (const violation of BadRequest?.field_violations ?? []) {
    lines.push(`${violation.field} ${violation.description}`);
  }
  if (RetryInfo) {
    const { seconds = 0, nanos = 0 } = RetryInfo.retry_delay ?? {};
    lines.push(`retry after ${Number(seconds) * 1000 + nanos / 1e6} ms`);
  }
  return lines.join(', ');
}

/** A service, whose methods are called by their names. */
class Service {
  constructor(channel, name, token) {
    const Client = name.split('.').reduce((scope, part) => scope[part], protos);
    this.client = new Client(channel.target, channel.credentials, { channelOverride: channel.shared });
    this.metadata = new grpc.Metadata();
    if (token) {
      this.metadata.set('authorization', `Bearer ${token}`);
    }
  }

  /** A promise of the one answer, to one request or to a stream of them. */
  one(method, request, seconds) {
    return new Promise((resolve, reject) => {
      const args = [this.metadata, deadline(seconds), (error, answer) => error ? reject(error) : resolve(answer)];
      if (Array.isArray(request)) {
        sendAll(this.client[method](...args), request);
      }
      else {
        this.client[method](request, ...args);
      }
    });
  }

  /** A stream of answers, to one request or to a stream of them. */
  many(method, request, seconds) {
    if (!Array.isArray(request)) {
      return this.client[method](request, this.metadata, deadline(seconds));
    }
    return sendAll(this.client[method](this.metadata, deadline(seconds)), request);
  }

  /** A stream that is not half-closed after its first request. */
  open(method, request, seconds) {
    const stream = this.client[method](this.metadata, deadline(seconds));
    stream.write(request);
    return stream;
  }
}

function deadline(seconds) {
  return { deadline: Date.now() + seconds * 1000 };
}

/** A request that is sent before the stream has room for it is kept in memory: fine for a few. */
function sendAll(stream, requests) {
  requests.forEach((request) => stream.write(request));
  stream.end();
  return stream;
}

async function list(stream) {
  const answers = [];
  for await (const answer of stream) {
    answers.push(answer);
  }
  return answers;
}

/** The first answer of a stream, which is cancelled then. */
async function first(stream) {
  try {
    for await (const answer of stream) {
      return answer;
    }
    throw new Error('no answer');
  }
  finally {
    cancel(stream);
  }
}

/** Nobody listens for the CANCELLED of a call that was given up, and Node ends at an error unheard. */
function cancel(stream) {
  stream.on('error', () => {});
  stream.cancel();
}

/** The next prices of products. A stream that the server gives up goes on where it was. */
async function watch(products, ids, count) {
  const seen = [];
  while (seen.length < count) {
    const stream = products.open('WatchPrices', { product_ids: ids, after_sequence: seen.at(-1) ?? 0 }, 60);
    try {
      for await (const price of stream) {
        seen.push(Number(price.sequence));
        // The first stream is given up here, for the second one to resume
        if (seen.length === 2 || seen.length === count) {
          break;
        }
      }
    }
    catch (error) {
      if (error.code !== grpc.status.UNAVAILABLE) {
        throw error;
      }
      await sleep(200);
    }
    finally {
      cancel(stream);
    }
  }
  return seen;
}

function say(method, text) {
  console.log(`${method.padEnd(20)} ${text}`);
}

async function productCalls(products) {
  const create = (name) => ({ name, price: 19.99, category_id: 'node' });
  const lamp = await products.one('CreateProduct', create('Lamp'), 5);
  say('CreateProduct', lamp.id);
  say('GetProduct', (await products.one('GetProduct', { id: lamp.id }, 5)).name);
  const batch = await products.one('BatchCreateProducts', [create('Chair'), create('Table')], 10);
  say('BatchCreateProducts', `${batch.created_count} created`);
  // The last id that was received is the cursor, which outlives stream, server and client
  const page = await list(products.many('ListProducts', { category: 'node', page_size: 2 }, 10));
  const rest = await list(products.many('ListProducts', { category: 'node', page_token: page.at(-1).id }, 10));
  say('ListProducts', `${page.length} and ${rest.length} after the cursor`);
  const sequences = await watch(products, [lamp.id], 4);
  const rising = sequences.every((sequence, i) => i === 0 || sequence > sequences[i - 1]);
  say('WatchPrices', rising ? 'resumed, rising' : `out of order: ${sequences}`);
  await products.one('CreateProduct', { price: -1 }, 5).catch((error) => say('CreateProduct', explain(error)));
  await products.one('DeleteProduct', { id: lamp.id }, 5);
  say('DeleteProduct', 'deleted');
}

async function classifierCalls(classifier) {
  const text = (content) => ({ text: content, max_results: 1 });
  const best = (answer) => answer.results[0].document_type;
  const invoice = text('Invoice no. 4711. Amount due 1,200.00 EUR, payable within 30 days.');
  say('Classify', best(await classifier.one('Classify', invoice, 5)));
  const batch = await list(classifier.many('ClassifyBatch', { requests: [invoice, text('')] }, 10));
  say('ClassifyBatch', batch.map((a) => a.error ? a.error.code : best(a.result)).join(', '));
  const events = ['a', 'b'].map((key) => ({ classification_started: invoice, correlation_id: key }));
  const answers = await list(classifier.many('ClassifyStream', events, 10));
  say('ClassifyStream', answers.map((a) => `${a.correlation_id}: ${best(a.classification_complete)}`).join(', '));
  const chunks = [0, 1, 2].map((i) => ({
    document_id: 'play', data: Buffer.from('All work. '.repeat(1000)), chunk_number: i, is_last: i === 2,
  }));
  say('UploadDocument', (await classifier.one('UploadDocument', chunks, 30)).storage_key.slice(0, 14));
}

async function userCalls(channel, token) {
  const anybody = new Service(channel, 'user.v1.UserService');
  const users = new Service(channel, 'user.v1.UserService', token);
  const user = await anybody.one('CreateUser', { name: 'Ann', email: 'ann@example.com' }, 5);
  say('CreateUser', user.name);
  say('ListUsers', (await list(users.many('ListUsers', {}, 10))).length > 0);
  const update = { user_id: user.id, changes: { name: 'Anna' } };
  say('UserUpdates', (await list(users.many('UserUpdates', [update], 10)))[0].name);
  await list(anybody.many('ListUsers', {}, 10)).catch((error) => say('ListUsers', explain(error)));
}

async function otherCalls(channel, token) {
  const metrics = new Service(channel, 'telemetry.v1.MetricsService', token);
  const points = [1, 2.5].map((value) => ({ metric_name: 'load', value }));
  // proto-loader reads the maps of a descriptor set as lists of entries; those of .proto files are objects
  const { aggregates } = await metrics.one('RecordMetrics', points, 10);
  say('RecordMetrics', `mean ${aggregates.find((entry) => entry.key === 'load').value}`);
  const logs = new Service(channel, 'logs.v1.LogService', token);
  say('StreamLogs', (await first(logs.many('StreamLogs', { level: 'INFO' }, 30))).level);
  const chat = new Service(channel, 'chat.v1.ChatService', token);
  const heard = first(chat.open('Chat', { room_id: 'node' }, 30));
  const left = heard.then(() => true, () => true);
  do { // again and again: nothing tells when the listener is in the room
    await list(chat.many('Chat', [{ room_id: 'node', content: 'hello' }], 5));
  } while (!await Promise.race([left, sleep(200)]));
  const { user_id: from, content } = await heard;
  say('Chat', `${from}: ${content}`);
}

async function main(target = 'localhost:9090', token = undefined) {
  token ??= await (await fetch('http://localhost:8080/dev/token?subject=node')).text();
  // One channel for the process. Anything but a laptop wants grpc.credentials.createSsl().
  const credentials = grpc.credentials.createInsecure();
  const options = { 'grpc.service_config': JSON.stringify(SERVICE_CONFIG), 'grpc.enable_retries': 1 };
  const channel = { target, credentials, shared: new grpc.Channel(target, credentials, options) };
  try {
    await productCalls(new Service(channel, 'product.v1.ProductService', token));
    await classifierCalls(new Service(channel, 'classification.v1.DocumentClassifier', token));
    await userCalls(channel, token);
    await otherCalls(channel, token);
  }
  finally {
    channel.shared.close();
  }
}

await main(...process.argv.slice(2));

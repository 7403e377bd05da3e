// A client of RollingRestart, without retries. Needs @grpc/grpc-js.
// Arguments: the ports of the two instances and the calls per second.
const grpc = require('@grpc/grpc-js');

const [first, second, rate] = process.argv.slice(2);
const client = new grpc.Client(`ipv4:127.0.0.1:${first},127.0.0.1:${second}`, grpc.credentials.createInsecure(), {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 1000,
});
const same = (bytes) => bytes;
const ends = {};
const start = Date.now();
let made = 0;
let open = 0;
let stopped = false;

function report() {
  if (stopped && open === 0) {
    const version = require('@grpc/grpc-js/package.json').version;
    console.log(`Node grpc-js ${version}: ` + Object.entries(ends).map(([end, count]) => `${count} ${end}`).join(', '));
    process.exit(0);
  }
}

function call() {
  made++;
  open++;
  client.makeUnaryRequest('/bench.Rolling/Call', same, same, Buffer.alloc(0), (error) => {
    open--;
    const end = error ? `${grpc.status[error.code]}: ${error.details}` : 'OK';
    ends[end] = (ends[end] || 0) + 1;
    report();
  });
}

const timer = setInterval(() => {
  while (made < ((Date.now() - start) / 1000) * rate) {
    call();
  }
}, 5);

process.stdin.resume();
process.stdin.on('end', () => {
  stopped = true;
  clearInterval(timer);
  report();
});

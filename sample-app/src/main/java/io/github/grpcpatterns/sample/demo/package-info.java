/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A small client on the command line that calls the methods of the classifier and of the
 * products, one after another, and shows what comes back:
 *
 * <pre>java -jar sample-app.jar demo</pre>
 *
 * It is an application of its own in the same jar: the sample's server has to run
 * elsewhere. Its calls carry a token, a correlation id and a deadline, are repeated where
 * that is safe, and are logged and counted, none of which is code here; the settings are
 * in {@code application-demo.yml}. Other addresses go behind the word {@code demo}:
 *
 * <pre>--grpc.client.sample.address=static://other:9090
 * --sample.demo.token-url=http://other:8080/dev/token</pre>
 *
 * Several addresses, {@code static://one:9090,two:9090}, share the calls, and one whose
 * health does not say that it serves gets none. A server without profile {@code dev}
 * gives no tokens: {@code --sample.demo.token} is one from elsewhere. The HTTP server is
 * then still the one of {@code sample.demo.token-url}.
 */
@NullMarked
package io.github.grpcpatterns.sample.demo;

import org.jspecify.annotations.NullMarked;

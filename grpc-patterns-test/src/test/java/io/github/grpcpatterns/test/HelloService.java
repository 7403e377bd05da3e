/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import io.github.grpcpatterns.test.v1.HelloGrpc;
import io.github.grpcpatterns.test.v1.HelloRequest;
import io.github.grpcpatterns.test.v1.HelloResponse;
import io.grpc.stub.StreamObserver;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * An application with one service, as a user's.
 */
@net.devh.boot.grpc.server.service.GrpcService
class HelloService extends HelloGrpc.HelloImplBase {

	@Override
	public void say(HelloRequest request, StreamObserver<HelloResponse> responses) {
		responses.onNext(greeting(request));
		responses.onCompleted();
	}

	@Override
	public void count(HelloRequest request, StreamObserver<HelloResponse> responses) {
		for (int i = 0; i < request.getCount(); i++) {
			responses.onNext(greeting(request));
		}
		responses.onCompleted();
	}

	@Override
	public StreamObserver<HelloRequest> talk(StreamObserver<HelloResponse> responses) {
		return new StreamObserver<>() {

			@Override
			public void onNext(HelloRequest request) {
				responses.onNext(greeting(request));
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				responses.onCompleted();
			}

		};
	}

	private static HelloResponse greeting(HelloRequest request) {
		return HelloResponse.newBuilder().setGreeting("Hello, " + request.getName()).build();
	}

	/**
	 * The application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		HelloService helloService() {
			return new HelloService();
		}

	}

}

/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.greeter;

import com.example.greeter.v1.GreeterGrpc;
import com.example.greeter.v1.HelloReply;
import com.example.greeter.v1.HelloRequest;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

@GrpcService
public class GreeterService extends GreeterGrpc.GreeterImplBase {

	@Override
	public void hello(HelloRequest request, StreamObserver<HelloReply> responses) {
		if (request.getName().isEmpty()) {
			throw new IllegalArgumentException("a name is needed");
		}
		responses.onNext(HelloReply.newBuilder().setText("Hello " + request.getName()).build());
		responses.onCompleted();
	}

	@Override
	public void count(HelloRequest request, StreamObserver<HelloReply> responses) {
		for (int i = 1; i <= 3; i++) {
			responses.onNext(HelloReply.newBuilder().setText(i + " " + request.getName()).build());
		}
		responses.onCompleted();
	}

}

/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.classification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc.DocumentClassifierBlockingStub;
import io.github.grpcpatterns.sample.classification.v1.DocumentClassifierGrpc.DocumentClassifierStub;
import io.github.grpcpatterns.sample.storage.DocumentStore;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.util.FileSystemUtils;
import org.springframework.util.unit.DataSize;

/**
 * The service alone, on a server in the process where everything runs on the caller's
 * thread, with a store in a directory of its own that takes up to 1 MB. An exception that
 * carries a status ends the call with it, as the starter would do.
 */
final class ServiceExtension implements BeforeEachCallback, AfterEachCallback {

	static final DataSize MAX_SIZE = DataSize.ofMegabytes(1);

	private final AtomicInteger messagesSent = new AtomicInteger();

	private Path directory;

	private Server server;

	private ManagedChannel channel;

	@Override
	public void beforeEach(ExtensionContext context) throws IOException {
		this.directory = Files.createTempDirectory("documents");
		DocumentClassifierService service = new DocumentClassifierService(new Classifier(TestModel.INSTANCE),
				DocumentStore.open(this.directory), new UploadProperties(MAX_SIZE));
		String name = InProcessServerBuilder.generateName();
		this.server = InProcessServerBuilder.forName(name)
			.directExecutor()
			.addService(service)
			.intercept(new CountingInterceptor())
			.build()
			.start();
		this.channel = InProcessChannelBuilder.forName(name).directExecutor().build();
	}

	@Override
	public void afterEach(ExtensionContext context) throws IOException {
		this.channel.shutdownNow();
		this.server.shutdownNow();
		FileSystemUtils.deleteRecursively(this.directory);
	}

	DocumentClassifierBlockingStub blocking() {
		return DocumentClassifierGrpc.newBlockingStub(this.channel);
	}

	DocumentClassifierStub async() {
		return DocumentClassifierGrpc.newStub(this.channel);
	}

	int messagesSent() {
		return this.messagesSent.get();
	}

	/** Return the files in the store, relative to its directory. */
	List<String> files() throws IOException {
		try (Stream<Path> files = Files.walk(this.directory)) {
			return files.filter(Files::isRegularFile)
				.map((file) -> this.directory.relativize(file).toString().replace('\\', '/'))
				.toList();
		}
	}

	byte[] content(String key) throws IOException {
		return Files.readAllBytes(this.directory.resolve(key));
	}

	static List<String> violatedFields(Throwable ex) {
		return GrpcErrors.from(ex).violations().stream().map(GrpcErrors.Violation::field).toList();
	}

	private final class CountingInterceptor implements ServerInterceptor {

		@Override
		public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
				ServerCallHandler<Q, R> next) {
			CountingCall<Q, R> counting = new CountingCall<>(call);
			return new MappingListener<>(next.startCall(counting, headers), counting);
		}

	}

	private final class CountingCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

		CountingCall(ServerCall<Q, R> delegate) {
			super(delegate);
		}

		@Override
		public void sendMessage(R message) {
			ServiceExtension.this.messagesSent.incrementAndGet();
			super.sendMessage(message);
		}

	}

	private static final class MappingListener<Q> extends SimpleForwardingServerCallListener<Q> {

		private final ServerCall<Q, ?> call;

		MappingListener(ServerCall.Listener<Q> delegate, ServerCall<Q, ?> call) {
			super(delegate);
			this.call = call;
		}

		@Override
		public void onHalfClose() {
			try {
				super.onHalfClose();
			}
			catch (StatusRuntimeException ex) {
				Metadata trailers = Status.trailersFromThrowable(ex);
				this.call.close(ex.getStatus(), (trailers != null) ? trailers : new Metadata());
			}
		}

	}

}

/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.github.grpcpatterns.error.GrpcErrors;
import io.github.grpcpatterns.error.GrpcHttpStatus;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;

import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * A stream of the server as events of HTTP. The next message is asked for when the last
 * one is written, so a browser that is slow slows the server down; and the call is
 * cancelled when the browser goes away. A call that ends before its first message becomes
 * a problem with its status, a later end an event named {@code problem}.
 * <p>
 * A sign of life goes out soon, and again and again while nothing else does: it opens the
 * response for a browser that waits, and shows when it has gone.
 *
 * @param <R> type of the messages
 */
final class Events<R extends Message> implements StreamObserver<R> {

	private static final Duration FIRST_SIGN = Duration.ofMillis(300);

	/** A browser that has gone is noticed at the second sign that does not reach it. */
	private static final Duration NEXT_SIGN = Duration.ofSeconds(2);

	private static final ScheduledExecutorService SIGNS = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "signs-of-life");
		thread.setDaemon(true);
		return thread;
	});

	private final SseEmitter emitter = new SseEmitter(0L);

	private final Context.CancellableContext context = Context.ROOT.withCancellation();

	private final Function<R, String> id;

	private volatile boolean begun;

	// A browser that does not read holds up its own messages, but no signs of others
	private volatile boolean writing;

	private Events(Function<R, String> id) {
		this.id = id;
		Runnable cancel = () -> this.context.cancel(null);
		this.emitter.onCompletion(cancel);
		this.emitter.onTimeout(cancel);
		this.emitter.onError((failure) -> cancel.run());
	}

	/**
	 * Open a stream.
	 * @param <R> type of the messages
	 * @param call makes the call
	 * @param id tells by what a client may resume, empty where it cannot
	 * @return what the controller returns
	 */
	static <R extends Message> SseEmitter of(Consumer<StreamObserver<R>> call, Function<R, String> id) {
		Events<R> events = new Events<>(id);
		Future<?> signs = SIGNS.scheduleWithFixedDelay(events::sign, FIRST_SIGN.toMillis(), NEXT_SIGN.toMillis(),
				TimeUnit.MILLISECONDS);
		events.context.addListener((cancelled) -> signs.cancel(false), Runnable::run);
		events.context.run(() -> call.accept(events));
		return events.emitter;
	}

	/**
	 * Send requests, and return the answers as a stream that cannot be resumed.
	 * @param <Q> type of the requests
	 * @param <R> type of the answers
	 * @param method the method
	 * @param requests all requests, after which the client's side ends
	 * @return what the controller returns
	 */
	static <Q, R extends Message> SseEmitter of(Function<StreamObserver<R>, StreamObserver<Q>> method,
			List<Q> requests) {
		return of((Consumer<StreamObserver<R>>) (events) -> {
			StreamObserver<Q> call = method.apply(events);
			requests.forEach(call::onNext);
			call.onCompleted();
		}, (answer) -> "");
	}

	@Override
	public void onNext(R message) {
		this.begun = true;
		this.writing = true;
		send(SseEmitter.event().id(this.id.apply(message)).data(Json.print(message), MediaType.APPLICATION_JSON));
		this.writing = false;
	}

	private void sign() {
		if (!this.writing) {
			this.begun = true;
			send(SseEmitter.event().comment(""));
		}
	}

	@Override
	public void onError(Throwable failure) {
		if (!this.begun) {
			this.emitter.completeWithError(failure);
			return;
		}
		GrpcErrors error = GrpcErrors.from(failure);
		send(SseEmitter.event().name("problem").data(problem(error), MediaType.APPLICATION_JSON));
		this.emitter.complete();
	}

	/**
	 * The same members as in the starter's problems (RFC 9457). An absent one is left
	 * out.
	 */
	private static String problem(GrpcErrors error) {
		JsonObject problem = new JsonObject();
		problem.addProperty("status", GrpcHttpStatus.of(error.code()));
		problem.addProperty("code", error.code().name());
		problem.addProperty("reason", error.reason());
		problem.addProperty("detail", error.description());
		problem.addProperty("correlationId", error.correlationId());
		problem.entrySet().removeIf((member) -> member.getValue().isJsonNull());
		return problem.toString();
	}

	@Override
	public void onCompleted() {
		this.emitter.complete();
	}

	private void send(SseEmitter.SseEventBuilder event) {
		try {
			this.emitter.send(event);
		}
		catch (IOException | RuntimeException ex) {
			this.context.cancel(ex); // nobody reads any more
		}
	}

}

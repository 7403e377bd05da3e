/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stub;

import java.util.concurrent.Flow;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Adapts a JDK subscriber to Reactive Streams. Only this class requires that library.
 *
 * @param <T> the type of the messages
 */
final class ReactiveStreamsSubscriber<T> implements Subscriber<T> {

	private final Flow.Subscriber<T> subscriber;

	private ReactiveStreamsSubscriber(Flow.Subscriber<T> subscriber) {
		this.subscriber = subscriber;
	}

	static <T> void subscribe(Publisher<? extends T> publisher, Flow.Subscriber<T> subscriber) {
		publisher.subscribe(new ReactiveStreamsSubscriber<>(subscriber));
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscriber.onSubscribe(new Flow.Subscription() {

			@Override
			public void request(long n) {
				subscription.request(n);
			}

			@Override
			public void cancel() {
				subscription.cancel();
			}

		});
	}

	@Override
	public void onNext(T message) {
		this.subscriber.onNext(message);
	}

	@Override
	public void onError(Throwable ex) {
		this.subscriber.onError(ex);
	}

	@Override
	public void onComplete() {
		this.subscriber.onComplete();
	}

}

/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.stream;

import java.util.Map;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.OpenService;
import io.github.grpcpatterns.testing.RawCall;
import io.grpc.Contexts;
import io.grpc.Status;
import org.awaitility.Awaitility;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tests of streams share.
 */
final class StreamFixture {

	private StreamFixture() {
	}

	static StreamServerProperties bind(Map<String, ?> settings) {
		MapConfigurationPropertySource source = new MapConfigurationPropertySource();
		settings.forEach((name, value) -> source.put(StreamServerProperties.PREFIX + "." + name, value));
		return new Binder(source).bindOrCreate(StreamServerProperties.PREFIX, StreamServerProperties.class);
	}

	/**
	 * What everybody sees of a stream that a policy ended.
	 */
	static void assertEnded(RawCall call, OpenService.Handler handler, CallRecorder recorder, EndReason reason) {
		assertEnded(call, handler, reason);
		CallRecord record = recorder.await();
		assertThat(record.endReason()).isEqualTo(reason);
		assertThat(record.status().getCode()).isEqualTo(reason.status().getCode());
	}

	/**
	 * What the client and the handler see of a stream that a policy ended.
	 */
	static void assertEnded(RawCall call, OpenService.Handler handler, EndReason reason) {
		Status status = call.await();
		assertThat(status.getCode()).isEqualTo(reason.status().getCode());
		assertThat(status.getDescription()).isEqualTo(reason.status().getDescription());
		assertThat(call.closes()).isOne();
		assertThat(detail(call, ErrorInfo.class).getReason()).isEqualTo(reason.name());
		Awaitility.await().untilAsserted(() -> assertThat(handler.cancels).hasValue(1));
		assertThat(handler.context.isCancelled()).isTrue();
		assertThat(Contexts.statusFromCancelled(handler.context).getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(handler.responses.isCancelled()).isTrue();
		assertThat(handler.responses.isReady()).isFalse();
		handler.responses.onNext(OpenService.response(-1));
		handler.responses.onCompleted();
		assertThat(call.closes()).isOne();
		assertThat(handler.cancels).hasValue(1);
	}

	static QuotaFailure quotaFailure(RawCall call) {
		return detail(call, QuotaFailure.class);
	}

	static <T extends com.google.protobuf.Message> T detail(RawCall call, Class<T> type) {
		com.google.rpc.Status details = call.trailers().get(RichStatus.DETAILS);
		assertThat(details).isNotNull();
		for (Any detail : details.getDetailsList()) {
			if (detail.is(type)) {
				try {
					return detail.unpack(type);
				}
				catch (InvalidProtocolBufferException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}
		throw new AssertionError("no " + type.getSimpleName() + " in " + details);
	}

}

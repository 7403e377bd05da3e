/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import brave.Tracing;
import brave.baggage.BaggageFields;
import brave.baggage.CorrelationScopeConfig.SingleCorrelationField;
import brave.context.slf4j.MDCScopeDecorator;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.ThreadLocalCurrentTraceContext;
import brave.propagation.TraceContext;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.CurrentTraceContext;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BravePropagator;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.brave.bridge.W3CPropagation;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A tracer, the observations and the registry with exemplars, as Boot makes them: with
 * the ids of the current span in the MDC.
 */
@Configuration(proxyBeanMethods = false)
public class TestTracing {

	@Bean
	Spans spans() {
		return new Spans();
	}

	@Bean(destroyMethod = "close")
	Tracing tracing(Spans spans) {
		return Tracing.newBuilder()
			.currentTraceContext(ThreadLocalCurrentTraceContext.newBuilder()
				.addScopeDecorator(MDCScopeDecorator.newBuilder()
					.clear()
					.add(SingleCorrelationField.create(BaggageFields.TRACE_ID))
					.add(SingleCorrelationField.create(BaggageFields.SPAN_ID))
					.build())
				.build())
			.propagationFactory(new W3CPropagation())
			.traceId128Bit(true)
			.supportsJoin(false)
			.addSpanHandler(spans)
			.build();
	}

	@Bean
	Tracer tracer(Tracing tracing) {
		CurrentTraceContext context = new BraveCurrentTraceContext(tracing.currentTraceContext());
		return new BraveTracer(tracing.tracer(), context);
	}

	@Bean
	ObservationRegistry observationRegistry(Tracing tracing, Tracer tracer) {
		ObservationRegistry registry = ObservationRegistry.create();
		Propagator propagator = new BravePropagator(tracing);
		registry.observationConfig()
			.observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
					new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
					new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
					new DefaultTracingObservationHandler(tracer)));
		return registry;
	}

	@Bean
	PrometheusMeterRegistry prometheusMeterRegistry(Tracer tracer) {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT,
				new PrometheusRegistry(), Clock.SYSTEM, new CurrentSpan(tracer));
		registry.config().meterFilter(new MeterFilter() {

			@Override
			public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
				return DistributionStatisticConfig.builder().percentilesHistogram(true).build().merge(config);
			}

		});
		return registry;
	}

	/**
	 * The spans that have ended.
	 */
	public static final class Spans extends SpanHandler {

		private final List<MutableSpan> ended = new CopyOnWriteArrayList<>();

		@Override
		public boolean end(TraceContext context, MutableSpan span, Cause cause) {
			this.ended.add(span);
			return true;
		}

		/**
		 * Return the ids of the spans of one kind, in the order in which they ended.
		 */
		public List<String> ids(brave.Span.Kind kind) {
			return this.ended.stream().filter((span) -> span.kind() == kind).map(MutableSpan::id).toList();
		}

	}

	private record CurrentSpan(Tracer tracer) implements SpanContext {

		@Override
		public String getCurrentTraceId() {
			Span span = this.tracer.currentSpan();
			return (span != null) ? span.context().traceId() : null;
		}

		@Override
		public String getCurrentSpanId() {
			Span span = this.tracer.currentSpan();
			return (span != null) ? span.context().spanId() : null;
		}

		@Override
		public boolean isCurrentSpanSampled() {
			Span span = this.tracer.currentSpan();
			return span != null && Boolean.TRUE.equals(span.context().sampled());
		}

		@Override
		public void markCurrentSpanAsExemplar() {
		}

	}

}

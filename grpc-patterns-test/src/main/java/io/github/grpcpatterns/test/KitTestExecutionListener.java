/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.time.Duration;
import java.util.List;

import io.github.grpcpatterns.test.internal.Caller;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/**
 * Sets the caller of each test, and empties the recorder.
 */
final class KitTestExecutionListener implements TestExecutionListener {

	@Override
	public void beforeTestMethod(TestContext test) {
		if (!TestContextAnnotationUtils.hasAnnotation(test.getTestClass(), GrpcPatternsTest.class)) {
			return;
		}
		ApplicationContext context = test.getApplicationContext();
		context.getBean(CallRecorder.class).clear();
		Caller caller = context.getBean(Caller.class);
		WithGrpcCaller annotation = annotation(test);
		if (annotation == null || annotation.anonymous()) {
			caller.isAnonymous();
		}
		else {
			caller.is(annotation.name(), List.of(annotation.authorities()), validFor(annotation));
		}
	}

	private static @Nullable WithGrpcCaller annotation(TestContext test) {
		WithGrpcCaller method = AnnotatedElementUtils.findMergedAnnotation(test.getTestMethod(), WithGrpcCaller.class);
		return (method != null) ? method
				: TestContextAnnotationUtils.findMergedAnnotation(test.getTestClass(), WithGrpcCaller.class);
	}

	private static @Nullable Duration validFor(WithGrpcCaller annotation) {
		return annotation.validFor().isEmpty() ? null : DurationStyle.detectAndParse(annotation.validFor());
	}

}

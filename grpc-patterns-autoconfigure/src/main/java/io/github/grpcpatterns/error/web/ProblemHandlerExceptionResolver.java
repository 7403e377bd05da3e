/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.error.web;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Responds with a {@link Problem} if neither a handler of the application nor Spring MVC
 * handles the exception. Without it, the response is a plain 500.
 */
final class ProblemHandlerExceptionResolver implements HandlerExceptionResolver, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(ProblemHandlerExceptionResolver.class);

	/**
	 * Behind whatever the application has.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		Problem problem = Problem.of(ex);
		if (problem == null || response.isCommitted()) {
			return null;
		}
		try {
			response.resetBuffer();
			response.setStatus(problem.status());
			response.setContentType(Problem.MEDIA_TYPE);
			response.setContentLength(problem.body().length);
			response.getOutputStream().write(problem.body());
		}
		catch (IOException | IllegalStateException failure) {
			logger.debug("Cannot write a problem response", failure);
		}
		return new ModelAndView();
	}

}

package io.github.grpcpatterns.sample.gateway;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/**
 * Problems (RFC 9457) for requests that cannot become a call. Those of calls that fail
 * are the starter's.
 */
@RestControllerAdvice
class GatewayProblems {

	@ExceptionHandler
	ProblemDetail unreadable(HttpMessageNotReadableException ex) {
		return invalid("The request body is not the JSON that was expected: " + ex.getMostSpecificCause().getMessage());
	}

	@ExceptionHandler
	ProblemDetail malformed(MalformedJsonException ex) {
		return invalid("The request body is not the JSON that was expected: " + ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail mismatched(MethodArgumentTypeMismatchException ex) {
		return invalid("The value of " + ex.getName() + " cannot be read");
	}

	private static ProblemDetail invalid(String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, detail);
		problem.setProperty("code", "INVALID_ARGUMENT");
		return problem;
	}

}

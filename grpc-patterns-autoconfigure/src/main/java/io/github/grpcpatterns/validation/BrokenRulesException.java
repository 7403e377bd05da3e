package io.github.grpcpatterns.validation;

/**
 * The rules of a type of requests do not compile.
 */
final class BrokenRulesException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String type;

	BrokenRulesException(String type, Exception cause) {
		super("the rules of " + type + " do not compile: " + cause.getMessage(), cause);
		this.type = type;
	}

	String type() {
		return this.type;
	}

}

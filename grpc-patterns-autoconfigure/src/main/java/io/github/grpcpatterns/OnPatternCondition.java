package io.github.grpcpatterns;

import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Looks at {@code grpc.patterns.enabled} and at the pattern's own {@code enabled}.
 */
final class OnPatternCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Map<String, @Nullable Object> attributes = Objects
			.requireNonNull(metadata.getAnnotationAttributes(ConditionalOnPattern.class.getName()));
		String prefix = (String) Objects.requireNonNull(attributes.get("value"));
		for (String property : new String[] { "grpc.patterns.enabled", prefix + ".enabled" }) {
			if (!context.getEnvironment().getProperty(property, Boolean.class, true)) {
				return ConditionOutcome
					.noMatch(ConditionMessage.forCondition(ConditionalOnPattern.class).because(property + " is false"));
			}
		}
		return ConditionOutcome.match();
	}

}

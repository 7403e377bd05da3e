package io.github.grpcpatterns;

import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TruthTable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The {@link TruthTable} on a real transport of either stack.
 */
class TruthTableTests {

	@ParameterizedTest
	@EnumSource(TestStack.class)
	void wireLogAndMetersAgree(TestStack stack) {
		stack.run(stack.runner()
			.withUserConfiguration(TruthTable.Application.class)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues(TruthTable.SETTINGS), TruthTable::check);
	}

}

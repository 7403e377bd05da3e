/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

import javax.lang.model.element.Modifier;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.generate.GeneratedMethod;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.javapoet.CodeBlock;

/**
 * Writes the patterns that are off in the build into the generated code, which compares
 * them with the settings of each start.
 */
final class FrozenSwitchesAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.getParentBeanFactory() != null) {
			return null;
		}
		List<String> off = FrozenSwitches.off(beanFactory.getBean(Environment.class));
		return (context, code) -> {
			GeneratedMethod method = code.getMethods()
				.add("checkGrpcPatternsSwitches",
						(check) -> check.addModifiers(Modifier.PUBLIC, Modifier.STATIC)
							.addJavadoc("Report switches of grpc-patterns that were changed since.")
							.addParameter(Environment.class, "environment")
							.addStatement(off.stream()
								.map((prefix) -> CodeBlock.of(", $S", prefix))
								.collect(() -> CodeBlock.builder().add("$T.check(environment", FrozenSwitches.class),
										CodeBlock.Builder::add, (a, b) -> a.add(b.build()))
								.add(")")
								.build()));
			code.addInitializer(method.toMethodReference());
		};
	}

}

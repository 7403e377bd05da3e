/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.grpcpatterns.internal.settings.GrpcPatternsProperties;
import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.server.GlobalServerInterceptor;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the shape of the main code: one pattern, one place.
 */
class ArchitectureTests {

	private static final String BASE = "io.github.grpcpatterns";

	private static final String INTERNAL = BASE + ".internal.";

	private static final DescribedPredicate<JavaClass> PATTERNS = describe("patterns",
			(type) -> type.getPackageName().startsWith(BASE + ".") && !type.getPackageName().startsWith(INTERNAL)
					&& !type.getPackageName().equals(BASE + ".stack"));

	private static final Path MAIN = Path.of("target", "classes");

	private static final Path IMPORTS = MAIN
		.resolve(Path.of("META-INF", "spring", "org.springframework.boot.autoconfigure.AutoConfiguration.imports"));

	/**
	 * What an application may lack: optional in the pom. One for each library, the longer
	 * first.
	 */
	private static final List<String> OPTIONAL = List.of("net.devh.", "org.springframework.grpc.",
			"org.springframework.boot.grpc.", "org.springframework.boot.actuate.autoconfigure.",
			"org.springframework.boot.actuate.", "org.springframework.boot.health.",
			"org.springframework.security.oauth2.", "org.springframework.security.", "org.springframework.web.",
			"com.nimbusds.", "io.micrometer.context.", "io.micrometer.", "io.github.resilience4j.",
			"io.github.bucket4j.", "com.github.benmanes.", "build.buf.", "jakarta.servlet.", "jakarta.validation.",
			"io.grpc.netty.", "io.grpc.inprocess.", "io.grpc.kotlin.", "kotlinx.", "kotlin.",
			"io.grpc.protobuf.services.", "io.grpc.health.", "io.netty.", "reactor.");

	private static final JavaClasses CLASSES = new ClassFileImporter().importPath(MAIN);

	/**
	 * Spring reads the signatures of a configuration as soon as it looks for beans, so a
	 * class that is missing there fails the start. The condition has to be about the same
	 * library, and an annotation of the class itself is read even before.
	 */
	private static final ArchRule OPTIONAL_BEHIND_CONDITION = classes()
		.that(describe("are configurations", ArchitectureTests::isConfiguration))
		.should(condition("name optional classes as strings, or behind a condition on their library",
				(type, events) -> Stream
					.concat(classesInAnnotations(type.getAnnotations()),
							surface(type).filter((named) -> !conditions(type).contains(library(named))))
					.filter((named) -> library(named) != null)
					.forEach((named) -> events
						.add(SimpleConditionEvent.violated(type, type.getName() + " names " + named.getName())))));

	private static final ArchCondition<JavaClass> NAME_NO_OPTIONAL_CLASS = condition("name no optional class",
			(type, events) -> type.getDirectDependenciesFromSelf()
				.stream()
				.filter((dependency) -> library(dependency.getTargetClass()) != null)
				.forEach((dependency) -> events
					.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()))));

	@Test
	void noPackageDependsOnItself() {
		slices().matching(BASE + ".(**)").should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void dependenciesRunFromThePatternsToTheBase() {
		layeredArchitecture().consideringOnlyDependenciesInLayers()
			.layer("base")
			.definedBy(BASE)
			.layer("concurrent")
			.definedBy(BASE + ".internal.concurrent")
			.layer("status")
			.definedBy(BASE + ".internal.status")
			.layer("backoff")
			.definedBy(BASE + ".internal.backoff")
			.layer("call")
			.definedBy(BASE + ".internal.call")
			.layer("settings")
			.definedBy(BASE + ".internal.settings")
			.layer("stack")
			.definedBy(BASE + ".stack")
			.layer("patterns")
			.definedBy(PATTERNS)
			.whereLayer("base")
			.mayNotAccessAnyLayer()
			.whereLayer("concurrent")
			.mayOnlyAccessLayers("base")
			.whereLayer("status")
			.mayOnlyAccessLayers("base")
			.whereLayer("backoff")
			.mayOnlyAccessLayers("base", "concurrent", "status")
			.whereLayer("call")
			.mayOnlyAccessLayers("base", "concurrent", "status")
			.whereLayer("settings")
			.mayOnlyAccessLayers("base", "concurrent", "status", "call")
			.whereLayer("stack")
			.mayOnlyAccessLayers("base", "concurrent", "status", "call", "settings")
			.check(CLASSES);
	}

	@Test
	void patternsDoNotDependOnEachOther() {
		slices().matching(BASE + ".(*)..")
			.should()
			.notDependOnEachOther()
			.ignoreDependency(alwaysTrue(), resideInAnyPackage(BASE + ".internal..", BASE + ".stack"))
			.check(CLASSES);
	}

	@Test
	void theBaseHoldsTheWordsOfUsersAndPatternsAlone() {
		assertThat(CLASSES.stream()
			.filter((type) -> type.getPackageName().equals(BASE) && type.isTopLevelClass())
			.map(JavaClass::getSimpleName)
			.filter((name) -> !name.equals("package-info"))).containsExactlyInAnyOrder("ServerInterceptorOrder",
					"ClientInterceptorOrder", "EndReason", "ServerBuilderHook", "MethodSettingsSource", "ActivePattern",
					"ConditionalOnPattern");
	}

	/**
	 * Records of settings excepted: what overrides share is internal.
	 */
	@Test
	void noPublicSignatureExposesAnInternalType() {
		classes().that()
			.resideOutsideOfPackage(BASE + ".internal..")
			.and()
			.areNotAnnotatedWith(ConfigurationProperties.class)
			.and(describe("are public, as are the classes around them", ArchitectureTests::isAccessible))
			.should(condition("name no internal type in what others can see",
					(type, events) -> exposed(type).filter((named) -> named.getPackageName().startsWith(INTERNAL))
						.forEach((named) -> events
							.add(SimpleConditionEvent.violated(type, type.getName() + " exposes " + named.getName())))))
			.check(CLASSES);
	}

	private static boolean isAccessible(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC) && type.getEnclosingClass()
			.map((outer) -> isAccessible(outer) && !outer.isAnnotatedWith(ConfigurationProperties.class))
			.orElse(true);
	}

	private static Stream<JavaClass> exposed(JavaClass type) {
		Stream<JavaType> supertypes = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
		Stream<JavaType> members = type.getMembers()
			.stream()
			.filter((member) -> member.getModifiers().contains(JavaModifier.PUBLIC)
					|| member.getModifiers().contains(JavaModifier.PROTECTED))
			.flatMap(ArchitectureTests::types);
		return Stream.concat(supertypes, members).flatMap((named) -> named.getAllInvolvedRawTypes().stream());
	}

	@Test
	void everyPackageIsNullMarked() {
		assertThat(CLASSES.stream().map(JavaClass::getPackage).distinct()).isNotEmpty()
			.allSatisfy((javaPackage) -> assertThat(nullMarked(javaPackage)).as(javaPackage.getName()).isTrue());
	}

	private static boolean nullMarked(JavaPackage javaPackage) {
		return javaPackage.tryGetPackageInfo().map((info) -> info.isAnnotatedWith(NullMarked.class)).orElse(false);
	}

	@Test
	void autoConfigurationsArePublicAndFinalWithoutPublicMembers() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.andShould(haveNoPublicMembers())
			.check(CLASSES);
	}

	private static ArchCondition<JavaClass> haveNoPublicMembers() {
		return condition("have no public members",
				(type, events) -> type.getMembers()
					.stream()
					.filter((member) -> member.getModifiers().contains(JavaModifier.PUBLIC))
					.filter((member) -> !isDefaultConstructor(member))
					.forEach((member) -> events
						.add(SimpleConditionEvent.violated(member, member.getFullName() + " is public"))));
	}

	private static boolean isDefaultConstructor(JavaMember member) {
		return member instanceof JavaConstructor constructor && constructor.getRawParameterTypes().isEmpty();
	}

	@Test
	void theImportsFileListsTheAutoConfigurations() throws IOException {
		assertThat(Files.readAllLines(IMPORTS)).doesNotHaveDuplicates()
			.containsExactlyInAnyOrderElementsOf(CLASSES.stream()
				.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
				.map(JavaClass::getName)
				.toList());
	}

	@Test
	void beansCannotCollideWithThoseOfAnApplication() {
		methods().that()
			.areAnnotatedWith(Bean.class)
			.should()
			.haveNameStartingWith("grpcPatterns")
			.andShould()
			.notBePublic()
			.check(CLASSES);
	}

	@Test
	void serverInterceptorsServeBothStacks() {
		classes().that()
			.areAssignableTo(ServerInterceptor.class)
			.and()
			.areTopLevelClasses()
			.and()
			.doNotHaveSimpleName("ChainServerInterceptor") // on the builder, not bound
			.should()
			.beAnnotatedWith(GrpcGlobalServerInterceptor.class)
			.andShould()
			.beAnnotatedWith(GlobalServerInterceptor.class)
			.andShould(beAnInterceptorOf("Server"))
			.check(CLASSES);
	}

	@Test
	void clientInterceptorsServeBothStacks() {
		classes().that()
			.areAssignableTo(ClientInterceptor.class)
			.and()
			.areTopLevelClasses()
			.should()
			.beAnnotatedWith(GrpcGlobalClientInterceptor.class)
			.andShould()
			.beAnnotatedWith(GlobalClientInterceptor.class)
			.andShould(beAnInterceptorOf("Client"))
			.check(CLASSES);
	}

	/**
	 * Filters of the stacks recognise them by their class, and only the
	 * auto-configuration makes them.
	 */
	private static ArchCondition<JavaClass> beAnInterceptorOf(String side) {
		return condition("be public and final, ordered, and named for its side", (type, events) -> {
			if (!type.getModifiers().contains(JavaModifier.PUBLIC)
					|| !type.getModifiers().contains(JavaModifier.FINAL)) {
				events.add(SimpleConditionEvent.violated(type, type.getName() + " is not public and final"));
			}
			if (!type.isAssignableTo(Ordered.class)) {
				events.add(SimpleConditionEvent.violated(type, type.getName() + " is not Ordered"));
			}
			if (!type.getSimpleName().endsWith(side + "Interceptor")) {
				events.add(SimpleConditionEvent.violated(type, type.getName() + " is not named for its side"));
			}
			if (type.getConstructors().stream().anyMatch((made) -> made.getModifiers().contains(JavaModifier.PUBLIC))) {
				events.add(SimpleConditionEvent.violated(type, type.getName() + " has a public constructor"));
			}
		});
	}

	@Test
	void interceptorsOfPatternsBackOffByTheirName() {
		methods().that()
			.areAnnotatedWith(Bean.class)
			.and(describe("are declared in a pattern",
					(JavaMethod method) -> !method.getOwner().getPackageName().startsWith(INTERNAL)))
			.and(describe("return an interceptor",
					(method) -> method.getRawReturnType().isAssignableTo(ServerInterceptor.class)
							|| method.getRawReturnType().isAssignableTo(ClientInterceptor.class)))
			.should(condition("be @ConditionalOnMissingBean(name = <own name>)", (method, events) -> {
				Optional<ConditionalOnMissingBean> missing = method
					.tryGetAnnotationOfType(ConditionalOnMissingBean.class);
				if (missing.isEmpty() || !List.of(missing.get().name()).contains(method.getName())) {
					events.add(SimpleConditionEvent.violated(method, method.getFullName() + " does not back off"));
				}
			}))
			.check(CLASSES);
	}

	/**
	 * The root knows the keys of no pattern; the check of unknown settings does.
	 */
	@Test
	void settingsAreRecordsThatRefuseWhatTheyDoNotKnow() {
		classes().that()
			.areAnnotatedWith(ConfigurationProperties.class)
			.should()
			.beRecords()
			.andShould(condition("refuse unknown fields", (type, events) -> {
				ConfigurationProperties properties = type.getAnnotationOfType(ConfigurationProperties.class);
				boolean root = type.isEquivalentTo(GrpcPatternsProperties.class);
				if (properties.ignoreUnknownFields() != root) {
					events.add(SimpleConditionEvent.violated(type, type.getName() + " ignores unknown fields"));
				}
				String prefix = properties.value() + properties.prefix();
				if (!prefix.equals("grpc.patterns") && !prefix.startsWith("grpc.patterns.")) {
					events.add(SimpleConditionEvent.violated(type, type.getName() + " has the prefix " + prefix));
				}
			}))
			.check(CLASSES);
	}

	private static boolean isConfiguration(JavaClass type) {
		return type.isAnnotatedWith(AutoConfiguration.class) || type.isAnnotatedWith(Configuration.class);
	}

	/**
	 * What is loaded with the class: what it extends, its fields and signatures, generic
	 * ones too, and the classes in the annotations of these.
	 */
	private static Stream<JavaClass> surface(JavaClass type) {
		Stream<JavaType> supertypes = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
		Stream<JavaType> members = type.getMembers()
			.stream()
			.filter((member) -> !member.getName().startsWith("lambda$"))
			.flatMap(ArchitectureTests::types);
		return Stream.concat(
				Stream.concat(supertypes, members).flatMap((named) -> named.getAllInvolvedRawTypes().stream()),
				type.getMembers().stream().flatMap((member) -> classesInAnnotations(member.getAnnotations())));
	}

	private static Stream<JavaType> types(JavaMember member) {
		if (member instanceof JavaField field) {
			return Stream.of(field.getType());
		}
		JavaCodeUnit code = (JavaCodeUnit) member;
		return Stream.concat(Stream.of(code.getReturnType()), code.getParameterTypes().stream());
	}

	private static Stream<JavaClass> classesInAnnotations(Set<? extends JavaAnnotation<?>> annotations) {
		return annotations.stream()
			.flatMap((annotation) -> annotation.getProperties().values().stream())
			.flatMap((value) -> (value instanceof Object[] values) ? Stream.of(values) : Stream.of(value))
			.filter(JavaClass.class::isInstance)
			.map(JavaClass.class::cast);
	}

	/**
	 * The libraries that must be there for the class to be loaded.
	 */
	private static Set<String> conditions(JavaClass type) {
		Set<String> libraries = new HashSet<>();
		for (Optional<JavaClass> outer = Optional.of(type); outer
			.isPresent(); outer = outer.get().getEnclosingClass()) {
			outer.get()
				.tryGetAnnotationOfType(ConditionalOnClass.class)
				.ifPresent((condition) -> Stream.of(condition.name())
					.map(ArchitectureTests::library)
					.forEach(libraries::add));
		}
		return libraries;
	}

	private static @Nullable String library(JavaClass type) {
		return library(type.getName());
	}

	private static @Nullable String library(String name) {
		return OPTIONAL.stream().filter(name::startsWith).findFirst().orElse(null);
	}

	@Test
	void configurationsNameOptionalClassesOnlyBehindACondition() {
		OPTIONAL_BEHIND_CONDITION.check(CLASSES);
	}

	@Test
	void whatSpringAlwaysLoadsUsesNoOptionalClass() throws IOException {
		Set<String> loaded = springFactories();
		ArchRule rule = classes().that(describe("stand in spring.factories", (type) -> loaded.contains(type.getName())))
			.should(NAME_NO_OPTIONAL_CLASS);
		assertThat(loaded).isNotEmpty().allSatisfy((name) -> assertThat(CLASSES.contain(name)).as(name).isTrue());
		rule.check(CLASSES);
	}

	private static Set<String> springFactories() throws IOException {
		Properties factories = new Properties();
		try (Reader reader = Files.newBufferedReader(MAIN.resolve(Path.of("META-INF", "spring.factories")))) {
			factories.load(reader);
		}
		return factories.values()
			.stream()
			.flatMap((names) -> Stream.of(names.toString().split(",")))
			.map(String::strip)
			.collect(Collectors.toSet());
	}

	/**
	 * So that the two rules above cannot pass for a fault of their own.
	 */
	@ParameterizedTest
	@ValueSource(classes = { Unguarded.class, GuardedByAnother.class, OrderedByClass.class, Extending.class })
	void theRulesFindOptionalClasses(Class<?> offender) {
		JavaClasses classes = new ClassFileImporter().importClasses(offender);
		assertThat(OPTIONAL_BEHIND_CONDITION.evaluate(classes).hasViolation()).isTrue();
		assertThat(classes().should(NAME_NO_OPTIONAL_CLASS).evaluate(classes).hasViolation()).isTrue();
	}

	@Configuration(proxyBeanMethods = false)
	static class Unguarded {

		@Bean
		ObjectProvider<MeterRegistry> grpcPatternsTest(ObjectProvider<MeterRegistry> registry) {
			return registry;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.grpc.protobuf.services.HealthStatusManager")
	static class GuardedByAnother {

		@Bean
		MeterRegistry grpcPatternsTest() {
			return new SimpleMeterRegistry();
		}

	}

	@AutoConfiguration(after = GrpcServerAutoConfiguration.class)
	static class OrderedByClass {

	}

	@Configuration(proxyBeanMethods = false)
	static class Extending extends SimpleMeterRegistry {

	}

	private static <T> DescribedPredicate<T> describe(String description, Predicate<? super T> predicate) {
		return DescribedPredicate.describe(description, predicate);
	}

	private static <T> ArchCondition<T> condition(String description, Check<T> check) {
		return new ArchCondition<>(description) {

			@Override
			public void check(T item, ConditionEvents events) {
				check.check(item, events);
			}

		};
	}

	@FunctionalInterface
	private interface Check<T> {

		void check(T item, ConditionEvents events);

	}

}

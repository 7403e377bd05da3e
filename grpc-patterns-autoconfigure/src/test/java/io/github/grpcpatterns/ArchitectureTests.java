package io.github.grpcpatterns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.server.GlobalServerInterceptor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the shape of the main code: one pattern, one place.
 */
class ArchitectureTests {

	private static final String BASE = "io.github.grpcpatterns";

	private static final Path MAIN = Path.of("target", "classes");

	private static final Path IMPORTS = MAIN
		.resolve(Path.of("META-INF", "spring", "org.springframework.boot.autoconfigure.AutoConfiguration.imports"));

	/**
	 * What an application may lack: optional in the pom.
	 */
	private static final List<String> OPTIONAL = List.of("net.devh.", "org.springframework.grpc.",
			"org.springframework.boot.grpc.", "org.springframework.boot.actuate.", "org.springframework.boot.health.",
			"org.springframework.security.", "org.springframework.web.", "com.nimbusds.", "io.micrometer.",
			"io.github.resilience4j.", "io.github.bucket4j.", "com.github.benmanes.", "build.buf.", "jakarta.servlet.",
			"jakarta.validation.", "io.grpc.netty.", "io.grpc.inprocess.", "io.grpc.protobuf.services.",
			"io.grpc.health.", "io.netty.", "reactor.");

	private static final JavaClasses CLASSES = new ClassFileImporter().importPath(MAIN);

	@Test
	void patternsDoNotDependOnEachOther() {
		slices().matching(BASE + ".(*)..").should().notDependOnEachOther().check(CLASSES);
	}

	@Test
	void theBaseDependsOnNoPattern() {
		noClasses().that()
			.resideInAPackage(BASE)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(BASE + ".*..")
			.check(CLASSES);
	}

	@Test
	void noPackageIsADrawerForTheRest() {
		noClasses().should()
			.resideInAnyPackage("..util..", "..utils..", "..common..", "..internal..", "..helper..")
			.check(CLASSES);
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
					(JavaMethod method) -> !method.getOwner().getPackageName().equals(BASE)))
			.and(describe("return an interceptor",
					(method) -> method.getRawReturnType().isAssignableTo(ServerInterceptor.class)
							|| method.getRawReturnType().isAssignableTo(ClientInterceptor.class)))
			.should(condition("be @ConditionalOnMissingBean(name = <own name>)", (method, events) -> {
				Optional<ConditionalOnMissingBean> missing = method
					.tryGetAnnotationOfType(ConditionalOnMissingBean.class);
				if (missing.isEmpty() || !List.of(missing.get().name()).equals(List.of(method.getName()))) {
					events.add(SimpleConditionEvent.violated(method, method.getFullName() + " does not back off"));
				}
			}))
			.check(CLASSES);
	}

	/**
	 * The root knows the keys of no pattern; {@link UnknownSettingCheck} does.
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

	/**
	 * Spring reads the signatures of a configuration's methods as soon as it looks for
	 * beans, so a class that is missing there fails the start.
	 */
	@Test
	void configurationsNameOptionalClassesOnlyBehindACondition() {
		classes().that(describe("are configurations", ArchitectureTests::isConfiguration))
			.should(condition("be conditional on the optional classes in their signatures",
					(type, events) -> type.getMethods()
						.stream()
						.filter((method) -> !isConditional(type))
						.filter((method) -> !method.getName().startsWith("lambda$"))
						.flatMap((method) -> signature(method).filter(ArchitectureTests::isOptional)
							.map((optional) -> method.getFullName() + " names " + optional.getName()))
						.forEach((violation) -> events.add(SimpleConditionEvent.violated(type, violation)))))
			.check(CLASSES);
	}

	private static boolean isConfiguration(JavaClass type) {
		return type.isAnnotatedWith(AutoConfiguration.class) || type.isAnnotatedWith(Configuration.class);
	}

	private static boolean isConditional(JavaClass type) {
		return type.isAnnotatedWith(ConditionalOnClass.class)
				|| type.getEnclosingClass().map(ArchitectureTests::isConditional).orElse(false);
	}

	private static Stream<JavaClass> signature(JavaMethod method) {
		return Stream.concat(method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()));
	}

	private static boolean isOptional(JavaClass type) {
		return OPTIONAL.stream().anyMatch((prefix) -> type.getName().startsWith(prefix));
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

/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import io.github.grpcpatterns.auth.SkippedMethodSecurityException.Why;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import jakarta.annotation.security.RolesAllowed;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.Advisor;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PostFilter;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.method.AuthorizationManagerAfterMethodInterceptor;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.authorization.method.PostFilterAuthorizationMethodInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link MethodSecurityCheck}: it fails exactly where the annotations are
 * skipped.
 */
class MethodSecurityCheckTests {

	private static final PingRequest REQUEST = PingRequest.newBuilder().setValue("hello").build();

	private static AnnotationConfigApplicationContext context(Class<?> service, boolean methodSecurity,
			boolean classProxies) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.registerBean("service", service);
		if (methodSecurity) {
			context.register(MethodSecurity.class);
			AopConfigUtils.registerAutoProxyCreatorIfNecessary((BeanDefinitionRegistry) context);
			if (classProxies) {
				AopConfigUtils.forceAutoProxyCreatorToUseClassProxying((BeanDefinitionRegistry) context);
			}
		}
		context.refresh();
		return context;
	}

	private static void check(AnnotationConfigApplicationContext context) {
		new MethodSecurityCheck(context).afterSingletonsInstantiated();
	}

	/**
	 * Whether somebody without the authority is served, over the wire.
	 */
	private static boolean skipped(AnnotationConfigApplicationContext context) {
		try (GrpcHarness harness = GrpcHarness.inProcess()
			.interceptors(Auth.secret().interceptor)
			.service(context.getBean(BindableService.class))
			.start()) {
			String allowed = Tokens.hs256((claims) -> claims.claim("scope", "ping"));
			assertThat(harness.blocking().withInterceptors(Tokens.bearer(allowed)).ping(REQUEST).getValue())
				.isEqualTo("hello");
			PingServiceGrpc.PingServiceBlockingStub stub = harness.blocking()
				.withInterceptors(Tokens.bearer(Tokens.hs256()));
			Throwable thrown = catchThrowable(() -> stub.ping(REQUEST));
			if (thrown != null) {
				assertThat(Status.fromThrowable(thrown).getCode()).as("of an exception that nothing maps here")
					.isEqualTo(Status.Code.UNKNOWN);
			}
			return thrown == null;
		}
	}

	private static void isSkippedAndFails(AnnotationConfigApplicationContext context) {
		assertThat(skipped(context)).isTrue();
		assertThatExceptionOfType(SkippedMethodSecurityException.class).isThrownBy(() -> check(context))
			.withMessageContaining("'service'");
		context.close();
	}

	private static void worksAndPasses(AnnotationConfigApplicationContext context) {
		assertThat(skipped(context)).isFalse();
		assertThatCode(() -> check(context)).doesNotThrowAnyException();
		context.close();
	}

	@Test
	void implBaseIsBoundThroughItsClassProxy() {
		worksAndPasses(context(SecuredImplBase.class, true, true));
	}

	@Test
	void asyncServiceIsBoundPastItsClassProxy() {
		isSkippedAndFails(context(SecuredAsyncService.class, true, true));
	}

	@Test
	void asyncServiceWithAFinalBindServiceIsBoundThroughItsClassProxy() {
		worksAndPasses(context(SecuredFinalAsyncService.class, true, true));
	}

	@Test
	void implBaseIsBoundPastAProxyOfItsInterfaces() {
		isSkippedAndFails(context(SecuredImplBase.class, true, false));
	}

	@Test
	void aProxyOfAProxyIsNoFinalMethod() {
		try (AnnotationConfigApplicationContext context = context(SecuredImplBase.class, true, true)) {
			ProxyFactory factory = new ProxyFactory(context.getBean(SecuredImplBase.class));
			factory.setProxyTargetClass(true);
			context.getBeanFactory().destroySingletons();
			context.getBeanFactory().registerSingleton("service", factory.getProxy());
			assertThatCode(() -> check(context)).doesNotThrowAnyException();
		}
	}

	@Test
	void withoutMethodSecurityAnnotationsAreSkipped() {
		isSkippedAndFails(context(SecuredImplBase.class, false, true));
	}

	@Test
	void annotationsOfEveryKindAndPlaceCount() {
		for (Class<?> service : new Class<?>[] { SecuredClass.class, Inherited.class, WithSecured.class,
				WithRoles.class, Composed.class }) {
			try (AnnotationConfigApplicationContext context = context(service, false, false)) {
				assertThatExceptionOfType(SkippedMethodSecurityException.class).as(service.getName())
					.isThrownBy(() -> check(context));
			}
		}
	}

	@Test
	void servicesWithoutAnnotationsPass() {
		try (AnnotationConfigApplicationContext context = context(PlainAsyncService.class, true, true)) {
			assertThatCode(() -> check(context)).doesNotThrowAnyException();
		}
	}

	@Test
	void reportSaysWhatToDo() {
		SkippedMethodSecurityFailureAnalyzer analyzer = new SkippedMethodSecurityFailureAnalyzer();
		assertThat(analyzer.analyze(skipped(Why.PAST_PROXY)).getDescription()).contains("'chat'",
				PingService.class.getName());
		assertThat(analyzer.analyze(skipped(Why.PAST_PROXY)).getAction()).contains("ImplBase");
		assertThat(analyzer.analyze(skipped(Why.NO_PROXY)).getAction()).contains("@EnableMethodSecurity");
		assertThat(analyzer.analyze(skipped(Why.FINAL_METHOD)).getDescription()).contains("final");
		assertThat(analyzer.analyze(skipped(Why.SUSPENDING)).getAction()).contains("@PreAuthorize");
	}

	private static SkippedMethodSecurityException skipped(Why why) {
		return new SkippedMethodSecurityException("chat", PingService.class, why);
	}

	@Test
	void aFinalMethodIsNotInterceptedByAProxy() {
		isSkippedAndFails(context(SecuredFinalMethod.class, true, true));
	}

	@ParameterizedTest
	@ValueSource(classes = { PostAuthorized.class, PostFiltered.class, PostAuthorizedClass.class })
	void aProxyCannotCheckTheResultOfASuspendingFunction(Class<?> service) {
		try (AnnotationConfigApplicationContext context = context(service, true, true)) {
			assertThatExceptionOfType(SkippedMethodSecurityException.class).isThrownBy(() -> check(context))
				.withMessageContaining("suspending");
		}
	}

	@Test
	void aProxyChecksASuspendingFunctionBeforeItRuns() {
		try (AnnotationConfigApplicationContext context = context(PreAuthorized.class, true, true)) {
			assertThatCode(() -> check(context)).doesNotThrowAnyException();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class MethodSecurity {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor preAuthorize() {
			return AuthorizationManagerBeforeMethodInterceptor.preAuthorize();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor postAuthorize() {
			return AuthorizationManagerAfterMethodInterceptor.postAuthorize();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor postFilter() {
			return new PostFilterAuthorizationMethodInterceptor();
		}

	}

	static class SecuredImplBase extends PingServiceGrpc.PingServiceImplBase {

		@Override
		@PreAuthorize("hasAuthority('SCOPE_ping')")
		public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			new PingService().ping(request, responses);
		}

	}

	static class PlainAsyncService implements PingServiceGrpc.AsyncService, BindableService {

		@Override
		public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			new PingService().ping(request, responses);
		}

		@Override
		public ServerServiceDefinition bindService() {
			return PingServiceGrpc.bindService(this);
		}

	}

	static class SecuredAsyncService extends PlainAsyncService {

		@Override
		@PreAuthorize("hasAuthority('SCOPE_ping')")
		public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			super.ping(request, responses);
		}

	}

	static class SecuredFinalAsyncService implements PingServiceGrpc.AsyncService, BindableService {

		@Override
		@PreAuthorize("hasAuthority('SCOPE_ping')")
		public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			new PingService().ping(request, responses);
		}

		@Override
		public final ServerServiceDefinition bindService() {
			return PingServiceGrpc.bindService(this);
		}

	}

	@PreAuthorize("denyAll")
	static class SecuredClass extends PlainAsyncService {

	}

	static class Inherited extends SecuredAsyncService {

	}

	static class WithSecured extends PlainAsyncService {

		@Override
		@Secured("ROLE_ADMIN")
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		}

	}

	static class WithRoles extends PlainAsyncService {

		@Override
		@RolesAllowed("ADMIN")
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		}

	}

	@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
	@PreAuthorize("denyAll")
	@interface Closed {

	}

	static class Composed extends PlainAsyncService {

		@Override
		@Closed
		public void pingList(PingRequest request, StreamObserver<PingResponse> responses) {
		}

	}

	static class SecuredFinalMethod extends PingServiceGrpc.PingServiceImplBase {

		@Override
		@PreAuthorize("hasAuthority('SCOPE_ping')")
		public final void ping(PingRequest request, StreamObserver<PingResponse> responses) {
			new PingService().ping(request, responses);
		}

	}

	/**
	 * The methods as Kotlin compiles suspending functions.
	 */
	static class Suspending extends PingServiceGrpc.PingServiceImplBase {

		public Object ping(PingRequest request, Continuation<? super PingResponse> continuation) {
			return PingResponse.getDefaultInstance();
		}

	}

	static class PreAuthorized extends Suspending {

		@Override
		@PreAuthorize("hasAuthority('SCOPE_ping')")
		public Object ping(PingRequest request, Continuation<? super PingResponse> continuation) {
			return super.ping(request, continuation);
		}

	}

	static class PostAuthorized extends Suspending {

		@Override
		@PostAuthorize("returnObject.value == 'hello'")
		public Object ping(PingRequest request, Continuation<? super PingResponse> continuation) {
			return super.ping(request, continuation);
		}

	}

	static class PostFiltered extends Suspending {

		@Override
		@PostFilter("filterObject.value == 'hello'")
		public Object ping(PingRequest request, Continuation<? super PingResponse> continuation) {
			return super.ping(request, continuation);
		}

	}

	@PostAuthorize("returnObject.value == 'hello'")
	static class PostAuthorizedClass extends Suspending {

	}

}

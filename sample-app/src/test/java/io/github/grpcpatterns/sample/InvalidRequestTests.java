package io.github.grpcpatterns.sample;

import java.util.List;

import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link InvalidRequest}.
 */
class InvalidRequestTests {

	@Test
	void violationsAreInTheDescriptionAndInTheDetails() throws Exception {
		StatusRuntimeException ex = InvalidRequest.of(List.of(InvalidRequest.violation("name", "must not be empty"),
				InvalidRequest.violation("price", "must not be negative")));
		assertThat(ex.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(ex.getStatus().getDescription()).isEqualTo("name must not be empty; price must not be negative");
		Status status = StatusProto.fromThrowable(ex);
		assertThat(status).isNotNull();
		assertThat(status.getDetails(0).unpack(BadRequest.class).getFieldViolationsList())
			.extracting("field", "description")
			.containsExactly(tuple("name", "must not be empty"), tuple("price", "must not be negative"));
	}

	@Test
	void thereIsNoExceptionWithoutAViolation() {
		assertThatIllegalArgumentException().isThrownBy(() -> InvalidRequest.of(List.of()));
	}

}

using Delivery.Models.Kinds;

namespace Delivery.Models.Tests.Kinds;

public sealed class ModelKindTests
{
    [Fact]
    public void A_known_kind_is_found_by_name() => ModelKind.Find("linear_softmax").Should().BeOfType<LinearSoftmax>();

    [Theory]
    [InlineData("")]
    [InlineData("Linear_Softmax")]
    [InlineData("transformer")]
    public void An_unknown_kind_is_not_an_error(string name) => ModelKind.Find(name).Should().BeNull();
}

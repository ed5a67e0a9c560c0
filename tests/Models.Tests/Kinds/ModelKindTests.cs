using Delivery.Models.Kinds;

namespace Delivery.Models.Tests.Kinds;

public sealed class ModelKindTests
{
    [Theory]
    [InlineData("linear_softmax", typeof(LinearSoftmax))]
    [InlineData("linear_winloss_bin", typeof(LinearWinLossBin))]
    [InlineData("linear_winloss_mc", typeof(LinearWinLossMc))]
    [InlineData("linear_upper_bin", typeof(LinearWinLossBin))] // an older name
    [InlineData("linear_upper_mc", typeof(LinearWinLossMc))]
    public void A_known_kind_is_found_by_name(string name, Type kind) => ModelKind.Find(name).Should().BeOfType(kind);

    [Theory]
    [InlineData("")]
    [InlineData("Linear_Softmax")]
    [InlineData("transformer")]
    public void An_unknown_kind_is_not_an_error(string name) => ModelKind.Find(name).Should().BeNull();

    [Fact]
    public void Every_kind_is_listed_by_its_first_name() =>
        ModelKind.Names.Should().Equal("linear_softmax", "linear_winloss_bin", "linear_winloss_mc");
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who decides
/// @notice What the other contracts ask of the contract that holds organisations and roles.
interface IAuthority {
    /// @notice Whether an account is the account of an organisation that takes part.
    function isMember(address account) external view returns (bool);

    /// @notice Whether an account holds a role.
    function hasRole(bytes32 role, address account) external view returns (bool);

    /// @notice Whether everything but the organisations' own decisions stands still.
    function paused() external view returns (bool);

    /// @notice How many of the given accounts are organisations that take part now and took part without a break since `since`.
    /// @param accounts The accounts; each is counted as often as it is given.
    /// @param since The generation of membership at which each account spoke, see `generationOf`.
    function countStanding(address[] calldata accounts, uint64[] calldata since) external view returns (uint256);

    /// @notice The generation in which an organisation joined; grows with each that joins, 0 for who takes no part.
    function generationOf(address account) external view returns (uint64);
}

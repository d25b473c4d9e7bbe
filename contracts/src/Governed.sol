// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IAuthority} from "./IAuthority.sol";

/// @title A contract that the organisations govern
/// @notice Its rules and its code are changed by nobody but the organisations together; a guardian's pause stops it.
/// @dev Lives behind an ERC-1967 proxy that is made and initialised in one transaction, so nobody can initialise it first.
abstract contract Governed is Initializable, UUPSUpgradeable {
    /// @notice The contract of the organisations; never changes.
    IAuthority public authority;

    uint256[49] private __gap;

    /// @notice Only the organisations may do this, by a proposal that enough of them approved.
    error NotAuthority(address caller);
    /// @notice A guardian has stopped everything; the organisations can resume.
    error Paused();
    /// @notice The authority is no contract.
    error NoAuthority(address given);

    modifier onlyAuthority() {
        if (msg.sender != address(authority)) revert NotAuthority(msg.sender);
        _;
    }

    modifier whenNotPaused() {
        if (authority.paused()) revert Paused();
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function __Governed_init(address authority_) internal onlyInitializing {
        if (authority_.code.length == 0) revert NoAuthority(authority_);
        authority = IAuthority(authority_);
    }

    function _authorizeUpgrade(address) internal view override onlyAuthority {}
}

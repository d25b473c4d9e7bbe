// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IAuthority} from "./IAuthority.sol";

/// @title The organisations that share a platform's contracts
/// @notice Holds who takes part and who has which role. What changes either, and every upgrade of every contract, is a proposal
/// that `threshold` organisations approve before its deadline. One guardian pauses everything at once; resuming needs a proposal.
/// @dev Upgrades itself by the same proposals. Nobody else has any right here, the deployer neither.
contract Organisations is IAuthority, Initializable, UUPSUpgradeable {
    /// @notice The most organisations that can take part: counting approvals walks them.
    uint256 public constant MAX_MEMBERS = 64;
    /// @notice The longest that a proposal can wait for approvals.
    uint256 public constant MAX_LIFETIME = 30 days;
    /// @notice Who may pause.
    bytes32 public constant GUARDIAN = keccak256("banyan.guardian");

    /// @notice Where a proposal is.
    enum State { None, Open, Executed, Withdrawn, Expired }

    struct Proposal {
        bytes32 callHash; // keccak256(abi.encode(target, data))
        address proposer;
        uint64 deadline;
        bool executed;
        bool withdrawn;
    }

    address[] private _members;
    mapping(address account => uint64) private _generation;
    mapping(address account => bytes32) private _nameOf;
    mapping(bytes32 name => address) private _accountOf;
    mapping(bytes32 role => mapping(address account => bool)) private _roles;
    mapping(uint256 id => Proposal) private _proposals;
    mapping(uint256 id => mapping(address account => uint64)) private _approvals;
    /// @notice How many proposals there have been; their ids count from 1.
    uint256 public proposalCount;
    /// @notice How many organisations must approve.
    uint256 public threshold;
    uint64 private _generations;
    bool private _paused;

    uint256[40] private __gap;

    /// @notice An organisation takes part.
    event MemberAdded(address indexed account, bytes32 indexed name);
    /// @notice An organisation takes no part any more.
    event MemberRemoved(address indexed account, bytes32 indexed name);
    /// @notice An organisation goes by another account.
    event AccountChanged(bytes32 indexed name, address indexed from, address indexed to);
    /// @notice Another number of organisations must approve.
    event ThresholdChanged(uint256 threshold);
    /// @notice An account has a role.
    event RoleGranted(bytes32 indexed role, address indexed account);
    /// @notice An account has a role no more.
    event RoleRevoked(bytes32 indexed role, address indexed account);
    /// @notice An organisation proposes a call that this contract would make.
    event Proposed(uint256 indexed id, address indexed proposer, address indexed target, bytes data, uint64 deadline);
    /// @notice An organisation approves a proposal.
    event Approved(uint256 indexed id, address indexed account);
    /// @notice An organisation takes its approval back.
    event ApprovalRevoked(uint256 indexed id, address indexed account);
    /// @notice Its proposer takes a proposal back.
    event Withdrawn(uint256 indexed id);
    /// @notice A proposal was carried out.
    event Executed(uint256 indexed id, address indexed by);
    /// @notice A guardian stopped everything.
    event PausedBy(address indexed guardian, string reason);
    /// @notice The organisations resumed.
    event Unpaused();

    /// @notice The caller, or who is named, is no organisation that takes part.
    error NotMember(address caller);
    /// @notice Only a guardian pauses.
    error NotGuardian(address caller);
    /// @notice Only a proposal does this.
    error NotSelf(address caller);
    /// @notice Only who proposed takes it back.
    error NotProposer(address caller);
    /// @notice The account takes part already.
    error AlreadyMember(address account);
    /// @notice Another organisation has the name.
    error NameTaken(bytes32 name);
    /// @notice An account or name is empty, or lists differ in length.
    error BadMember();
    /// @notice There are as many organisations as can be.
    error TooManyMembers();
    /// @notice That many approvals can never be had, or none would be needed.
    error BadThreshold(uint256 threshold, uint256 members);
    /// @notice The deadline has passed, or is too far away.
    error BadDeadline(uint64 deadline);
    /// @notice The proposal is not open.
    error NotOpen(uint256 id, State state);
    /// @notice The organisation has approved.
    error AlreadyApproved(uint256 id, address account);
    /// @notice The organisation has not approved.
    error NotApproved(uint256 id, address account);
    /// @notice More organisations must approve.
    error NotEnoughApprovals(uint256 id, uint256 have, uint256 need);
    /// @notice That is not the call that was proposed.
    error OtherCall(uint256 id);
    /// @notice A batch has no calls, or lists that differ in length.
    error BadBatch();
    /// @notice It is paused.
    error AlreadyPaused();
    /// @notice It is not paused.
    error NotPaused();

    modifier onlySelf() {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        _;
    }

    modifier onlyMember() {
        if (_generation[msg.sender] == 0) revert NotMember(msg.sender);
        _;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    /// @notice The first organisations and roles; everything later is a proposal.
    /// @param accounts An account of each organisation.
    /// @param names Its name, at most 32 bytes of UTF-8, padded with zeros.
    /// @param threshold_ How many must approve: from 1 to all.
    /// @param roles Roles to grant.
    /// @param holders Who has each of them.
    function initialize(address[] calldata accounts, bytes32[] calldata names, uint256 threshold_, bytes32[] calldata roles, address[] calldata holders) external initializer {
        if (accounts.length != names.length || roles.length != holders.length) revert BadMember();
        for (uint256 i; i < accounts.length; ++i) _add(accounts[i], names[i]);
        _setThreshold(threshold_);
        for (uint256 i; i < roles.length; ++i) _grant(roles[i], holders[i]);
    }

    /// @notice Proposes that this contract calls `target` with `data`. Proposing approves.
    /// @return id The proposal's number.
    function propose(address target, bytes calldata data, uint64 deadline) external onlyMember returns (uint256 id) {
        if (deadline <= block.timestamp || deadline > block.timestamp + MAX_LIFETIME) revert BadDeadline(deadline);
        id = ++proposalCount;
        _proposals[id] = Proposal(keccak256(abi.encode(target, data)), msg.sender, deadline, false, false);
        emit Proposed(id, msg.sender, target, data, deadline);
        _approve(id);
    }

    /// @notice Approves a proposal; once for each organisation.
    function approve(uint256 id) external onlyMember {
        _requireOpen(id);
        if (_approvals[id][msg.sender] == _generation[msg.sender]) revert AlreadyApproved(id, msg.sender);
        _approve(id);
    }

    /// @notice Takes the caller's approval back.
    function revokeApproval(uint256 id) external {
        _requireOpen(id);
        if (_approvals[id][msg.sender] == 0) revert NotApproved(id, msg.sender);
        delete _approvals[id][msg.sender];
        emit ApprovalRevoked(id, msg.sender);
    }

    /// @notice Takes a proposal back; its proposer alone may.
    function withdraw(uint256 id) external {
        _requireOpen(id);
        if (_proposals[id].proposer != msg.sender) revert NotProposer(msg.sender);
        _proposals[id].withdrawn = true;
        emit Withdrawn(id);
    }

    /// @notice Carries a proposal out: once, before its deadline, when enough of those who take part now have approved.
    /// @param target As proposed.
    /// @param data As proposed.
    /// @dev Marked as executed before the call: whatever it calls can't carry it out again. A call that fails reverts everything, so it can be tried again.
    function execute(uint256 id, address target, bytes calldata data) external onlyMember returns (bytes memory result) {
        _requireOpen(id);
        Proposal storage found = _proposals[id];
        if (found.callHash != keccak256(abi.encode(target, data))) revert OtherCall(id);
        uint256 have = approvalCount(id);
        if (have < threshold) revert NotEnoughApprovals(id, have, threshold);
        found.executed = true;
        emit Executed(id, msg.sender);
        return Address.functionCall(target, data);
    }

    /// @notice Stops everything but the organisations' own decisions. One guardian suffices.
    /// @param reason Why, for people.
    function pause(string calldata reason) external {
        if (!_roles[GUARDIAN][msg.sender]) revert NotGuardian(msg.sender);
        if (_paused) revert AlreadyPaused();
        _paused = true;
        emit PausedBy(msg.sender, reason);
    }

    /// @notice Resumes. By proposal.
    function unpause() external onlySelf {
        if (!_paused) revert NotPaused();
        _paused = false;
        emit Unpaused();
    }

    /// @notice Lets an organisation take part. By proposal.
    function addMember(address account, bytes32 name) external onlySelf {
        _add(account, name);
    }

    /// @notice Ends an organisation's part; what it approved counts no more, its roles stay until they are revoked. By proposal.
    function removeMember(address account) external onlySelf {
        if (_generation[account] == 0) revert NotMember(account);
        uint256 left = _members.length - 1;
        if (left < threshold) revert BadThreshold(threshold, left);
        bytes32 name = _nameOf[account];
        _drop(account);
        delete _accountOf[name];
        emit MemberRemoved(account, name);
    }

    /// @notice Gives an organisation another account, after a lost or stolen key; what the old one approved counts no more. By proposal.
    function changeAccount(address from, address to) external onlySelf {
        if (_generation[from] == 0) revert NotMember(from);
        if (to == address(0) || to == address(this)) revert BadMember();
        if (_generation[to] != 0) revert AlreadyMember(to);
        bytes32 name = _nameOf[from];
        _drop(from);
        _enter(to, name);
        emit AccountChanged(name, from, to);
    }

    /// @notice Asks for another number of approvals. By proposal.
    function setThreshold(uint256 threshold_) external onlySelf {
        _setThreshold(threshold_);
    }

    /// @notice Grants a role. By proposal.
    function grantRole(bytes32 role, address account) external onlySelf {
        _grant(role, account);
    }

    /// @notice Revokes a role. By proposal.
    function revokeRole(bytes32 role, address account) external onlySelf {
        _roles[role][account] = false;
        emit RoleRevoked(role, account);
    }

    /// @notice Makes several calls in their order: all of them, or where one fails none. By proposal, so that what belongs together is decided together.
    function batch(address[] calldata targets, bytes[] calldata data) external onlySelf {
        if (targets.length == 0 || targets.length != data.length) revert BadBatch();
        for (uint256 i; i < targets.length; ++i) Address.functionCall(targets[i], data[i]);
    }

    /// @inheritdoc IAuthority
    function isMember(address account) external view returns (bool) {
        return _generation[account] != 0;
    }

    /// @inheritdoc IAuthority
    function hasRole(bytes32 role, address account) external view returns (bool) {
        return _roles[role][account];
    }

    /// @inheritdoc IAuthority
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IAuthority
    function generationOf(address account) external view returns (uint64) {
        return _generation[account];
    }

    /// @inheritdoc IAuthority
    function countStanding(address[] calldata accounts, uint64[] calldata since) external view returns (uint256 count) {
        for (uint256 i; i < accounts.length; ++i) {
            if (since[i] != 0 && _generation[accounts[i]] == since[i]) ++count;
        }
    }

    /// @notice The accounts of all organisations that take part.
    function members() external view returns (address[] memory) {
        return _members;
    }

    /// @notice An organisation's name; zero for who takes no part.
    function nameOf(address account) external view returns (bytes32) {
        return _nameOf[account];
    }

    /// @notice An organisation's account; zero where none has the name.
    function accountOf(bytes32 name) external view returns (address) {
        return _accountOf[name];
    }

    /// @notice A proposal.
    /// @return state Where it is now.
    /// @return proposer Who made it.
    /// @return deadline Until when it can be carried out, in seconds since 1970.
    /// @return approvals How many of those who take part now have approved.
    function proposal(uint256 id) external view returns (State state, address proposer, uint64 deadline, uint256 approvals) {
        Proposal storage found = _proposals[id];
        return (stateOf(id), found.proposer, found.deadline, approvalCount(id));
    }

    /// @notice Where a proposal is now.
    function stateOf(uint256 id) public view returns (State) {
        Proposal storage found = _proposals[id];
        if (found.deadline == 0) return State.None;
        if (found.executed) return State.Executed;
        if (found.withdrawn) return State.Withdrawn;
        return block.timestamp > found.deadline ? State.Expired : State.Open;
    }

    /// @notice How many of those who take part now have approved a proposal.
    function approvalCount(uint256 id) public view returns (uint256 count) {
        for (uint256 i; i < _members.length; ++i) {
            if (_approvals[id][_members[i]] == _generation[_members[i]]) ++count;
        }
    }

    function _approve(uint256 id) private {
        _approvals[id][msg.sender] = _generation[msg.sender];
        emit Approved(id, msg.sender);
    }

    function _requireOpen(uint256 id) private view {
        State state = stateOf(id);
        if (state != State.Open) revert NotOpen(id, state);
    }

    function _add(address account, bytes32 name) private {
        if (account == address(0) || account == address(this) || name == 0) revert BadMember();
        if (_generation[account] != 0) revert AlreadyMember(account);
        if (_accountOf[name] != address(0)) revert NameTaken(name);
        if (_members.length == MAX_MEMBERS) revert TooManyMembers();
        _enter(account, name);
        emit MemberAdded(account, name);
    }

    function _enter(address account, bytes32 name) private {
        _members.push(account);
        _generation[account] = ++_generations;
        _nameOf[account] = name;
        _accountOf[name] = account;
    }

    function _drop(address account) private {
        uint256 last = _members.length - 1;
        for (uint256 i; i <= last; ++i) {
            if (_members[i] == account) {
                _members[i] = _members[last];
                break;
            }
        }
        _members.pop();
        delete _generation[account];
        delete _nameOf[account];
    }

    function _setThreshold(uint256 threshold_) private {
        if (threshold_ == 0 || threshold_ > _members.length) revert BadThreshold(threshold_, _members.length);
        threshold = threshold_;
        emit ThresholdChanged(threshold_);
    }

    function _grant(bytes32 role, address account) private {
        if (account == address(0)) revert BadMember();
        _roles[role][account] = true;
        emit RoleGranted(role, account);
    }

    function _authorizeUpgrade(address) internal view override onlySelf {}
}
